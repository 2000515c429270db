#pragma once
// The MPI library's arguments for the sum that our own aggregations compute.

#include <mpi.h>

#include "collectives/parts/elements.hpp"

namespace coordbench {

/// MPI_SUM of 64-bit integers. Where elements are bytes, an operator of our own that wraps around: Open MPI's vectorised
/// MPI_SUM saturates at 255 from 16 bytes on, and 4.1.4 is not to be told otherwise (open-mpi/ompi issue 8045).
class NativeSum {
 public:
  explicit NativeSum(std::int64_t payload_bytes)
      : width_(element_bytes(static_cast<std::size_t>(payload_bytes))),
        count_(static_cast<int>(static_cast<std::size_t>(payload_bytes) / width_)) {
    if (width_ == 1) MPI_Op_create(add_bytes, 1, &operation_);
  }
  NativeSum(const NativeSum&) = delete;
  NativeSum& operator=(const NativeSum&) = delete;
  ~NativeSum() {
    if (width_ == 1) MPI_Op_free(&operation_);
  }

  [[nodiscard]] int count() const { return count_; }
  [[nodiscard]] MPI_Datatype type() const { return width_ == 1 ? MPI_UINT8_T : MPI_UINT64_T; }
  [[nodiscard]] MPI_Op operation() const { return operation_; }

 private:
  static void add_bytes(void* term, void* sum, int* count, MPI_Datatype* /*type*/) {
    const auto size = static_cast<std::size_t>(*count);
    add({static_cast<std::byte*>(sum), size}, {static_cast<const std::byte*>(term), size}, 1);
  }

  std::size_t width_;
  int count_;
  MPI_Op operation_ = MPI_SUM;
};

}  // namespace coordbench
