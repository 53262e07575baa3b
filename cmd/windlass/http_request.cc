#include "cmd/windlass/http_request.h"

namespace windlass {

ParsedRequest ParseRequest(std::string_view bytes) {
  using Kind = ParsedRequest::Kind;
  const size_t end = bytes.find("\r\n\r\n");
  if (end == std::string_view::npos) {
    return {bytes.size() < kRequestBytesMax ? Kind::kIncomplete : Kind::kTooLong, {}};
  }
  if (end + 4 > kRequestBytesMax) return {Kind::kTooLong, {}};
  // "GET /readyz?verbose HTTP/1.1"
  const std::string_view line = bytes.substr(0, bytes.find("\r\n"));
  const size_t after_method = line.find(' ');
  const size_t after_target = line.rfind(' ');
  if (after_method == std::string_view::npos || after_target == after_method ||
      !line.substr(after_target + 1).starts_with("HTTP/1.")) {
    return {Kind::kMalformed, {}};
  }
  const std::string_view target = line.substr(after_method + 1, after_target - after_method - 1);
  if (!target.starts_with('/') || target.find(' ') != target.npos) return {Kind::kMalformed, {}};
  if (line.substr(0, after_method) != "GET") return {Kind::kOtherMethod, {}};
  return {Kind::kGet, target.substr(0, target.find('?'))};
}

}  // namespace windlass
