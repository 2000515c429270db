#pragma once
// The files that a launch keeps beside its published one while it runs, named .launch-001.h5.lock and so on. A lock of the
// system, which ends with the process, tells whether a launch still holds them; what nobody holds was left behind by a launch
// that was killed.

#include <filesystem>
#include <optional>
#include <utility>
#include <vector>

namespace coordbench {

struct HiddenFiles {
  explicit HiddenFiles(const std::filesystem::path& published);
  [[nodiscard]] std::vector<std::filesystem::path> all() const { return {working, spare, reservation, lock}; }

  std::filesystem::path working;      ///< what becomes the published file next
  std::filesystem::path spare;        ///< the published file while it is replaced
  std::filesystem::path reservation;  ///< holds the number of a launch that has no file yet
  std::filesystem::path lock;         ///< held by the launch that writes
};

/// A file that this process holds, and that is removed when this goes out of scope.
class HeldFile {
 public:
  /// Where the file system has no locks, and a file is there already, nobody knows whether another launch holds it.
  enum class InDoubt { take, leave };

  /// Makes the file, or takes over one that nobody holds; empty if another launch holds it. `leave` also leaves a file that was
  /// made on another host, where locks may be known to that host only. Throws std::system_error if the file cannot be made.
  static std::optional<HeldFile> take(const std::filesystem::path& path, InDoubt in_doubt);

  HeldFile(HeldFile&& other) noexcept : path_(std::move(other.path_)), descriptor_(std::exchange(other.descriptor_, -1)) {}
  HeldFile& operator=(HeldFile&& other) noexcept {
    std::swap(path_, other.path_);
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }
  HeldFile(const HeldFile&) = delete;
  HeldFile& operator=(const HeldFile&) = delete;
  ~HeldFile();

 private:
  HeldFile(std::filesystem::path path, int descriptor) : path_(std::move(path)), descriptor_(descriptor) {}

  std::filesystem::path path_;
  int descriptor_;
};

/// Removes what killed launches left behind in a folder, apart from their results.
void remove_leftovers_in(const std::filesystem::path& directory);
/// The same for one launch.
void remove_leftovers_of(const std::filesystem::path& published);
/// Removes only the reservation: results keep the number of a launch.
void remove_reservation_of(const std::filesystem::path& published);

}  // namespace coordbench
