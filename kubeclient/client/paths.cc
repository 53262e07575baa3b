#include "kubeclient/client/paths.h"

#include <algorithm>

#include "kubeclient/transport/target.h"

namespace windlass {

std::string ResourcePath(const ResourceId& resource, std::string_view namespace_,
                         std::string_view name, std::string_view subresource) {
  std::string path = resource.group.empty() ? "/api/" : "/apis/";
  path += resource.GroupVersion();
  if (resource.namespaced && !namespace_.empty()) {
    path += "/namespaces/" + PercentEncode(namespace_);
  }
  path += '/';
  path += resource.plural;
  if (!name.empty()) path += '/' + PercentEncode(name);
  if (!subresource.empty()) path += '/' + PercentEncode(subresource);
  return path;
}

void AddQuery(std::string& target, std::string_view key, std::string_view value) {
  target += target.find('?') == std::string::npos ? '?' : '&';
  target += key;
  target += '=';
  target += PercentEncode(value);
}

void AddTimeout(std::string& target, Duration timeout) {
  const int64_t whole = timeout / milliseconds(1);
  AddQuery(target, "timeout", std::to_string(std::max<int64_t>(1, whole)) + "ms");
}

void LimitWrite(HttpRequest& http, Duration deadline) {
  http.deadline = deadline;
  AddTimeout(http.target, std::max<Duration>(deadline - seconds(1), deadline / 2));
}

}  // namespace windlass
