// The arguments that name objects, in one grammar for all commands:
//
//   web                      the one object of that name, whatever kind it has
//   deployment/web           Deployment web; also deployments, deploy, deployment.apps
//   rollout/web rollout/api  two Rollouts; also rollouts, wro, rollouts.windlass.dev
//   rollout web api          the same
//   rc/old                   a ReplicationController; also replicationcontroller(s)
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kubeclient/api/resource_id.h"
#include "kubeclient/base/result.h"

namespace windlass::cli {

struct ObjectArgument {
  ResourceId resource{};
  std::string name;   // empty: all objects of the resource
  bool bare = false;  // no type was given: `resource` is not known, FindNamed finds it
  bool operator==(const ObjectArgument&) const = default;
};

// Returns the resource that `word` names; nullopt if it is none that this program knows.
std::optional<ResourceId> ResourceOf(std::string_view word);

// Returns the words for every resource, for completion: "deployment", "rollout", …
std::vector<std::string_view> ResourceWords();

// Returns the objects that `arguments` name. A type without a name is an object with an empty name.
// Returns kConfig with a text that says what to write instead.
Result<std::vector<ObjectArgument>> ParseObjectArguments(const std::vector<std::string>& arguments);

// "deployment.apps/web", as kubectl names an object in its output.
std::string ObjectName(const ResourceId& resource, std::string_view name);
// "deployment/web", as a user writes it in a command.
std::string ShortName(const ResourceId& resource, std::string_view name);
// "deployment", "rollout", "replicationcontroller".
std::string KindWord(const ResourceId& resource);

}  // namespace windlass::cli
