#include "harness/results/utf8.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace coordbench {

std::string utf8_of(std::string_view text) {
  using Json = nlohmann::json;
  if (std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; }))
    return std::string(text);
  return Json::parse(Json(text).dump(-1, ' ', false, Json::error_handler_t::replace)).get<std::string>();
}

}  // namespace coordbench
