#include "kubeclient/client/paths.h"

#include <algorithm>

#include "kubeclient/transport/target.h"

namespace windlass {

std::string ResourcePath(Resource resource, std::string_view namespace_, std::string_view name) {
  const ResourceInfo& info = Info(resource);
  const bool core = info.group_version.find('/') == std::string_view::npos;
  std::string path = core ? "/api/" : "/apis/";
  path += info.group_version;
  if (!namespace_.empty()) path += "/namespaces/" + PercentEncode(namespace_);
  path += '/';
  path += info.plural;
  if (!name.empty()) path += '/' + PercentEncode(name);
  return path;
}

void AddQuery(std::string& target, std::string_view key, std::string_view value) {
  target += target.find('?') == std::string::npos ? '?' : '&';
  target += key;
  target += '=';
  target += PercentEncode(value);
}

void LimitWrite(HttpRequest& http, Duration deadline) {
  http.deadline = deadline;
  const auto whole = std::chrono::duration_cast<seconds>(deadline).count();
  const auto rest = std::chrono::duration_cast<milliseconds>(deadline).count();
  AddQuery(
      http.target, "timeout",
      whole > 0 ? std::to_string(whole) + "s" : std::to_string(std::max<int64_t>(1, rest)) + "ms");
}

}  // namespace windlass
