#pragma once
// Memory for buffers whose speed is measured: large ones lie in huge pages where the kernel has them to give. With small pages
// the physical layout, and with it cache conflicts and the cost of a copy between processes, is drawn anew for every buffer.
// They come from the memory resource in force: shared memory where ranks must see each other's buffers.

#include <sys/mman.h>

#include <cstddef>
#include <cstring>
#include <memory>
#include <memory_resource>

namespace coordbench {

class BufferMemory {
 public:
  BufferMemory() : memory_(nullptr, Free{nullptr, 0, kLine}) {}
  /// `bytes` zeroed bytes, touched once. Throws std::bad_alloc.
  explicit BufferMemory(std::size_t bytes)
      : memory_(take(bytes), Free{std::pmr::get_default_resource(), rounded(bytes), alignment(bytes)}) {
    if (alignment(bytes) == kHugePage)
      madvise(memory_.get(), rounded(bytes), MADV_HUGEPAGE);  // advice: nothing is lost if refused
    std::memset(memory_.get(), 0, rounded(bytes));
  }
  [[nodiscard]] std::byte* data() const { return memory_.get(); }

 private:
  static constexpr std::size_t kLine = 64, kHugePage = std::size_t{2} << 20U;
  struct Free {
    std::pmr::memory_resource* from;
    std::size_t bytes, alignment;
    void operator()(std::byte* memory) const { from->deallocate(memory, bytes, alignment); }
  };
  static std::byte* take(std::size_t bytes) {
    return static_cast<std::byte*>(std::pmr::get_default_resource()->allocate(rounded(bytes), alignment(bytes)));
  }
  static std::size_t alignment(std::size_t bytes) { return bytes >= kHugePage / 2 ? kHugePage : kLine; }
  static std::size_t rounded(std::size_t bytes) {
    const std::size_t unit = alignment(bytes);
    return (bytes + unit - 1) / unit * unit;
  }

  std::unique_ptr<std::byte[], Free> memory_;
};

}  // namespace coordbench
