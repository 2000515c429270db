// Preloaded: memory of STARVED_BYTES or more, asked for in one piece, is refused to rank STARVED_RANK, as on a node that is
// full.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <new>

namespace {

void* allocated(std::size_t bytes, std::size_t alignment) {
  static const char* const rank = std::getenv("OMPI_COMM_WORLD_RANK");
  static const bool starves = rank && std::getenv("STARVED_RANK") && std::atoi(rank) == std::atoi(std::getenv("STARVED_RANK"));
  static const std::size_t most = starves ? std::strtoull(std::getenv("STARVED_BYTES"), nullptr, 10) : SIZE_MAX;
  void* memory = nullptr;
  if (bytes < most && posix_memalign(&memory, alignment, bytes) == 0) return memory;
  throw std::bad_alloc();
}

}  // namespace

void* operator new(std::size_t bytes) { return allocated(bytes, alignof(std::max_align_t)); }
void* operator new(std::size_t bytes, std::align_val_t alignment) {
  return allocated(bytes, static_cast<std::size_t>(alignment));
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }
