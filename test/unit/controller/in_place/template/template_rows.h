// Rows of tables about changes of a Pod template, and one template for all of them.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace windlass::in_place {

// A member or element to put at a path; without a value it is removed.
struct Edit {
  std::string path;
  std::string value;
};
using Edits = std::vector<Edit>;

struct Row {
  std::string id;
  Edits change;      // to the target's template
  std::string want;  // as Judged returns it; the path of the first change follows a ":" at its end
  Edits before{};    // to both templates
  bool resources = false;  // CPU and memory may change in place
};

Edits Put(const std::string& path, const std::string& json);
Edits PutText(const std::string& path, const std::string& text);
Edits Remove(const std::string& path);
Edits Image(const std::string& container, const std::string& image);
// Returns the edits of all of these, in their order.
template <typename... More>
Edits Together(Edits first, const More&... more) {
  (first.insert(first.end(), more.begin(), more.end()), ...);
  return first;
}

// Containers app and log, init container setup, sidecar proxy, labels app and tier, annotation
// note, tolerations a and b, volumes v and w.
extern const char* const kTemplate;
inline const std::string kApp = "/spec/containers/0";
inline const std::string kLog = "/spec/containers/1";
inline const std::string kSetup = "/spec/initContainers/0";
inline const std::string kProxy = "/spec/initContainers/1";
inline const std::string kLabels = "/metadata/labels";
inline const std::string kAnnotations = "/metadata/annotations";

// Returns the verdict in one line: "unchanged", "nothing", "FieldChanged:/spec/hostPID", or the
// changes, such as "image app r/app:1>r/app:2; sidecar proxy …; label tier=back; annotation -note;
// toleration …".
std::string Judged(const nlohmann::json& host, const nlohmann::json& target,
                   bool resources = false);

void Check(const Row& row);

}  // namespace windlass::in_place
