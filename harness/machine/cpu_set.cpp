#include "harness/machine/cpu_set.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cstdlib>
#include <new>
#include <stdexcept>

namespace coordbench {
namespace {

constexpr unsigned kPuMax = 65535;  // keeps a slip of the keyboard from filling memory

unsigned parse_pu(std::string_view text, std::string_view list) {
  unsigned pu = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, pu);
  if (error != std::errc() || stop != end || pu > kPuMax)
    throw std::invalid_argument(
        fmt::format("'{}' in the list of PUs '{}' is no index from 0 to {}; write indexes and ranges, such as 0,2,4-7", text,
                    list, kPuMax));
  return pu;
}

void append_pus(std::vector<unsigned>& pus, std::string_view item, std::string_view list) {
  const auto dash = item.find('-');
  const unsigned first = parse_pu(item.substr(0, dash), list);
  const unsigned last = dash == std::string_view::npos ? first : parse_pu(item.substr(dash + 1), list);
  if (first > last)
    throw std::invalid_argument(
        fmt::format("the range {} in the list of PUs '{}' runs backwards; write {}-{}", item, list, last, first));
  for (unsigned pu = first; pu <= last; ++pu) pus.push_back(pu);
}

}  // namespace

std::vector<unsigned> parse_pus(std::string_view list) {
  std::vector<unsigned> pus;
  if (list.empty()) return pus;
  std::string_view rest = list;
  for (auto comma = rest.find(','); comma != std::string_view::npos; comma = rest.find(',')) {
    append_pus(pus, rest.substr(0, comma), list);
    rest.remove_prefix(comma + 1);
  }
  append_pus(pus, rest, list);
  return pus;
}

CpuSet::CpuSet() : bitmap_(hwloc_bitmap_alloc()) {
  if (!bitmap_) throw std::bad_alloc();
}
CpuSet::CpuSet(hwloc_const_bitmap_t bitmap) : bitmap_(hwloc_bitmap_dup(bitmap)) {
  if (!bitmap_) throw std::bad_alloc();
}
CpuSet::CpuSet(unsigned pu) : CpuSet() { hwloc_bitmap_set(get(), pu); }

CpuSet::CpuSet(std::string_view list) : CpuSet() {
  for (const unsigned pu : parse_pus(list)) hwloc_bitmap_set(get(), pu);
}

CpuSet CpuSet::lowest() const {
  CpuSet one(*this);
  hwloc_bitmap_singlify(one.get());
  return one;
}

std::string CpuSet::text() const {
  char* list = nullptr;
  if (hwloc_bitmap_list_asprintf(&list, get()) < 0) throw std::bad_alloc();
  const std::unique_ptr<char, decltype(&std::free)> owned(list, &std::free);
  return owned.get();
}

CpuSet operator|(CpuSet a, const CpuSet& b) {
  hwloc_bitmap_or(a.get(), a.get(), b.get());
  return a;
}
CpuSet operator&(CpuSet a, const CpuSet& b) {
  hwloc_bitmap_and(a.get(), a.get(), b.get());
  return a;
}

}  // namespace coordbench
