#pragma once
// A variable of the MPI library, by its name (MPI 3.1, 14.3.6), which every process has for itself; SMPI has none.

#include <mpi.h>

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace coordbench {

#ifdef COORDBENCH_SIMULATED

class NativeVariable {
 public:
  explicit NativeVariable(const std::string& /*name*/) {}
  [[nodiscard]] static bool exists() { return false; }
  [[nodiscard]] static int value() { return 0; }
  [[nodiscard]] static bool set(int /*value*/) { return false; }
  [[nodiscard]] static std::optional<int> value_called(std::string_view /*name*/) { return {}; }
};

#else

/// One whose values are integers, truth values or names.
class NativeVariable {
 public:
  explicit NativeVariable(const std::string& name) {
    if (!is_open()) return;
    int count = 0;
    if (MPI_T_cvar_get_index(name.c_str(), &index_) == MPI_SUCCESS) MPI_T_cvar_handle_alloc(index_, nullptr, &handle_, &count);
  }
  NativeVariable(const NativeVariable&) = delete;
  NativeVariable& operator=(const NativeVariable&) = delete;
  ~NativeVariable() {
    if (exists()) MPI_T_cvar_handle_free(&handle_);
  }

  [[nodiscard]] bool exists() const { return handle_ != MPI_T_CVAR_HANDLE_NULL; }
  /// 0 where there is no such variable.
  [[nodiscard]] int value() const {
    int value = 0;
    if (exists()) MPI_T_cvar_read(handle_, &value);
    return value;
  }
  /// Whether the library has taken the value.
  [[nodiscard]] bool set(int value) const {
    return exists() && MPI_T_cvar_write(handle_, &value) == MPI_SUCCESS && this->value() == value;
  }

  /// The value that the library calls so.
  [[nodiscard]] std::optional<int> value_called(std::string_view name) const {
    const MPI_T_enum names = this->names();
    int items = 0, none = 0;
    if (names == MPI_T_ENUM_NULL || MPI_T_enum_get_info(names, &items, nullptr, &none) != MPI_SUCCESS) return {};
    for (int i = 0; i < items; ++i) {
      std::array<char, 128> text{};
      int value = 0, length = static_cast<int>(text.size());
      if (MPI_T_enum_get_item(names, i, &value, text.data(), &length) == MPI_SUCCESS && name == text.data()) return value;
    }
    return {};
  }

 private:
  /// Once for all, as Open MPI then loads every component it has, which takes a tenth of a second; and until MPI_Finalize,
  /// which begins by deleting what MPI_COMM_SELF carries (MPI 3.1, 8.7.1): later, components would not be closed.
  static bool is_open() {
    static const bool opened = [] {
      int provided = 0, key = MPI_KEYVAL_INVALID;
      if (MPI_T_init_thread(MPI_THREAD_SINGLE, &provided) != MPI_SUCCESS) return false;
      const auto close = [](MPI_Comm, int, void*, void*) { return MPI_T_finalize(); };
      MPI_Comm_create_keyval(MPI_COMM_NULL_COPY_FN, close, &key, nullptr);
      return MPI_Comm_set_attr(MPI_COMM_SELF, key, nullptr) == MPI_SUCCESS;
    }();
    return opened;
  }
  [[nodiscard]] MPI_T_enum names() const {
    int no_name = 0, no_text = 0, verbosity = 0, binding = 0, scope = 0;
    MPI_Datatype type = MPI_DATATYPE_NULL;
    MPI_T_enum names = MPI_T_ENUM_NULL;
    MPI_T_cvar_get_info(index_, nullptr, &no_name, &verbosity, &type, &names, nullptr, &no_text, &binding, &scope);
    return names;
  }

  int index_ = -1;
  MPI_T_cvar_handle handle_ = MPI_T_CVAR_HANDLE_NULL;
};

#endif

}  // namespace coordbench
