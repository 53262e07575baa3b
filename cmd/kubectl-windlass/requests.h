// The requests that several commands send: to read, patch or create one object, and to list
// objects. Every error has a text for people (failure.h).
#pragma once

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
// The field manager of the patches of kubectl rollout. (The patch of kubectl rollout undo names no
// field manager.)
inline constexpr std::string_view kRolloutFieldManager = "kubectl-rollout";
// The field manager of all writes to objects other than Deployments. The name must not begin with
// "kubectl", because Flux undoes the writes of field managers with such a name
// (docs/rollouts-gitops.md).
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
  std::string name{};          // selects only the object with this name
  bool metadata_only = false;  // the list has only metadata of the objects
  bool optional = false;       // if this selection cannot be read, the others are still shown
};

struct ObjectList {
  std::vector<std::string> items;  // JSON of each object
  std::string resource_version;    // from which a watch continues
};

// Sends a GET that returns the latest state, not one from a cache of the API server.
Result<Json> ReadObject(Session& session, const Place& place);

// Lists the latest state of the objects, in pages of kListPageSize objects.
Result<ObjectList> ListObjects(Session& session, const Selection& selection);

struct PatchOf {
  std::string_view content_type;
  std::string body;
  std::string_view field_manager{};  // empty: the server takes it from the user agent
  bool dry_run = false;
};
HttpRequest PatchRequest(const Place& place, const PatchOf& patch);
// Sends the request that PatchRequest returns. Returns the patched object.
Result<Json> PatchObject(Session& session, const Place& place, const PatchOf& patch);

struct CreationOf {
  std::string_view field_manager{};
  bool dry_run = false;
  // True: the API server refuses unknown and duplicate fields with 400, as kubectl asks it to.
  // False: the API server drops such fields.
  bool strict = false;
};
// Sends a POST. Returns the object as the API server has created it.
Result<Json> CreateObject(Session& session, const ResourceId& resource,
                          const std::string& namespace_, const Json& object,
                          const CreationOf& creation);

// Returns the path and query of a LIST or WATCH, with only the parameters that both requests have.
std::string TargetOf(const Selection& selection);

}  // namespace windlass::cli
