#pragma once
// A set of PUs (hardware threads) as a value, and its text, such as "0-3,8".

#include <hwloc.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace coordbench {

/// PUs of "0-3,8", in that order, repeats kept; none for empty text. Throws std::invalid_argument for anything that is not
/// indexes and ascending ranges.
std::vector<unsigned> parse_pus(std::string_view list);

/// A set of PUs (hardware threads) by their OS index.
class CpuSet {
 public:
  CpuSet();
  explicit CpuSet(hwloc_const_bitmap_t bitmap);
  explicit CpuSet(unsigned pu);
  /// From list format; throws as parse_pus does.
  explicit CpuSet(std::string_view list);
  CpuSet(const CpuSet& other) : CpuSet(other.get()) {}
  CpuSet(CpuSet&&) noexcept = default;
  CpuSet& operator=(CpuSet other) noexcept {
    bitmap_.swap(other.bitmap_);
    return *this;
  }
  ~CpuSet() = default;

  [[nodiscard]] hwloc_const_bitmap_t get() const { return bitmap_.get(); }
  [[nodiscard]] hwloc_bitmap_t get() { return bitmap_.get(); }
  [[nodiscard]] bool empty() const { return hwloc_bitmap_iszero(get()) != 0; }
  [[nodiscard]] bool is_within(hwloc_const_bitmap_t other) const { return hwloc_bitmap_isincluded(get(), other) != 0; }
  [[nodiscard]] CpuSet lowest() const;     ///< only the PU of the lowest index
  [[nodiscard]] std::string text() const;  ///< list format

  friend bool operator==(const CpuSet& a, const CpuSet& b) { return hwloc_bitmap_isequal(a.get(), b.get()) != 0; }
  friend CpuSet operator|(CpuSet a, const CpuSet& b);
  friend CpuSet operator&(CpuSet a, const CpuSet& b);

 private:
  struct Free {
    void operator()(hwloc_bitmap_t bitmap) const { hwloc_bitmap_free(bitmap); }
  };
  std::unique_ptr<hwloc_bitmap_s, Free> bitmap_;
};

}  // namespace coordbench
