// Reads and patches of one object, and lists: the requests that several commands send. Every error
// has a text for people (failure.h).
#pragma once

#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "cmd/kubectl-windlass/session.h"
#include "kubeclient/api/resource_id.h"
#include "kubeclient/base/result.h"

namespace windlass::cli {

using Json = nlohmann::json;

inline constexpr std::string_view kStrategicMergePatch = "application/strategic-merge-patch+json";
inline constexpr std::string_view kMergePatch = "application/merge-patch+json";
inline constexpr std::string_view kJsonPatch = "application/json-patch+json";
// The field manager of kubectl rollout's patches, except that of undo, which names none.
inline constexpr std::string_view kRolloutFieldManager = "kubectl-rollout";
// The plugin's own, for everything but Deployments. It does not begin with "kubectl", because Flux
// would undo what such a manager wrote (docs/rollouts-gitops.md).
inline constexpr std::string_view kPluginFieldManager = "windlass-plugin";

// Where an object is.
struct Place {
  ResourceId resource{};
  std::string namespace_;
  std::string name;

  bool operator==(const Place&) const = default;
};

// What a list or a watch selects. Empty texts select everything.
struct Selection {
  ResourceId resource{};
  std::string namespace_;      // empty: all namespaces
  std::string labels{};        // as in a query: "app=web,tier!=db"
  std::string name{};          // of the one object that is meant
  bool metadata_only = false;  // of a list: only names and the like
  bool optional = false;       // if it cannot be read, the other selections are shown
};

struct ObjectList {
  std::vector<std::string> items;  // JSON of each object
  std::string resource_version;    // from which a watch continues
};

// GET, consistent.
Result<Json> ReadObject(Session& session, const Place& place);

// LIST in pages of kListPageSize, consistent.
Result<ObjectList> ListObjects(Session& session, const Selection& selection);

struct PatchOf {
  std::string_view content_type;
  std::string body;
  std::string_view field_manager{};  // empty: the server takes it from the user agent
  bool dry_run = false;
};
HttpRequest PatchRequest(const Place& place, const PatchOf& patch);
// Sends it. Returns the object as it is now.
Result<Json> PatchObject(Session& session, const Place& place, const PatchOf& patch);

struct CreationOf {
  std::string_view field_manager{};
  bool dry_run = false;
  // The API server refuses unknown and doubled fields with 400, as kubectl asks it to. Without
  // this, it drops them.
  bool strict = false;
};
// POST. Returns the object as the API server has it then.
Result<Json> CreateObject(Session& session, const ResourceId& resource,
                          const std::string& namespace_, const Json& object,
                          const CreationOf& creation);

// Returns the target of a LIST or WATCH, with only the parameters that both have.
std::string TargetOf(const Selection& selection);

}  // namespace windlass::cli
