#pragma once
// Memory for buffers whose speed is measured: large ones lie in huge pages where the kernel has them to give. With small pages
// the physical layout, and with it cache conflicts and the cost of a copy between processes, is drawn anew for every buffer.

#include <sys/mman.h>

#include <cstddef>
#include <cstring>
#include <memory>
#include <new>

namespace coordbench {

class BufferMemory {
 public:
  BufferMemory() = default;
  /// `bytes` zeroed bytes, touched once. Throws std::bad_alloc.
  explicit BufferMemory(std::size_t bytes)
      : memory_(static_cast<std::byte*>(::operator new(rounded(bytes), alignment(bytes))), Free{alignment(bytes)}) {
    if (alignment(bytes) == kHugePage)
      madvise(memory_.get(), rounded(bytes), MADV_HUGEPAGE);  // advice: nothing is lost if refused
    std::memset(memory_.get(), 0, rounded(bytes));
  }
  [[nodiscard]] std::byte* data() const { return memory_.get(); }

 private:
  static constexpr std::align_val_t kLine{64}, kHugePage{std::size_t{2} << 20U};
  struct Free {
    std::align_val_t alignment = kLine;
    void operator()(std::byte* memory) const { ::operator delete(memory, alignment); }
  };
  static std::align_val_t alignment(std::size_t bytes) {
    return bytes >= static_cast<std::size_t>(kHugePage) / 2 ? kHugePage : kLine;
  }
  static std::size_t rounded(std::size_t bytes) {
    const auto unit = static_cast<std::size_t>(alignment(bytes));
    return (bytes + unit - 1) / unit * unit;
  }

  std::unique_ptr<std::byte[], Free> memory_;
};

}  // namespace coordbench
