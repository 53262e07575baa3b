#include "test/sim/api_path.h"

#include <charconv>
#include <vector>

namespace windlass::sim {
namespace {

std::string Decode(std::string_view text, bool plus_is_space) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size()) {
      unsigned value = 0;
      std::from_chars(text.data() + i + 1, text.data() + i + 3, value, 16);
      out += static_cast<char>(value);
      i += 2;
    } else {
      out += text[i] == '+' && plus_is_space ? ' ' : text[i];
    }
  }
  return out;
}

std::vector<std::string_view> Split(std::string_view text, char by) {
  std::vector<std::string_view> parts;
  for (;;) {
    const size_t end = text.find(by);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

}  // namespace

std::string ApiPath::Query(const std::string& key) const {
  const auto found = query.find(key);
  return found == query.end() ? std::string() : found->second;
}

bool ApiPath::QueryFlag(const std::string& key) const {
  const std::string value = Query(key);
  return value == "1" || value == "true";
}

std::optional<ApiPath> ParseTarget(std::string_view target) {
  ApiPath path;
  const size_t mark = target.find('?');
  if (mark != std::string_view::npos) {
    for (const std::string_view pair : Split(target.substr(mark + 1), '&')) {
      const size_t equals = pair.find('=');
      if (pair.empty()) continue;
      path.query[Decode(pair.substr(0, equals), true)] =
          equals == std::string_view::npos ? "" : Decode(pair.substr(equals + 1), true);
    }
    target = target.substr(0, mark);
  }
  if (target.empty() || target.front() != '/') return std::nullopt;
  std::vector<std::string> parts;
  for (const std::string_view part : Split(target.substr(1), '/')) {
    parts.push_back(Decode(part, false));
  }

  size_t next = 0;
  const auto take = [&] { return next < parts.size() ? parts[next++] : std::string(); };
  const std::string root = take();
  if (root != "api" && root != "apis") return std::nullopt;
  const std::string group = root == "apis" ? take() : "";
  const std::string version = take();
  // "/api/v1/namespaces/ns" is the Namespace itself, "/api/v1/namespaces/ns/pods" is inside it.
  if (parts.size() >= next + 3 && parts[next] == "namespaces" && parts[next + 2] != "status") {
    ++next;
    path.namespace_ = take();
  }
  path.resource = FindResource(group, version, take());
  path.name = take();
  path.subresource = take();
  if (path.resource == nullptr || next != parts.size()) return std::nullopt;
  const std::string& of = path.subresource;
  const bool of_pods =
      (of == "eviction" || of == "resize") && path.resource->resource == resources::kPods;
  if (!of.empty() && of != "status" && of != "scale" && !of_pods) return std::nullopt;
  return path;
}

}  // namespace windlass::sim
