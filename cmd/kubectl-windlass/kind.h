// What the plugin knows of one kind of objects: its names, its commands, and how to find where a
// rollout stands. Each kind is one row of the table in kinds.cc. These parts of the plugin read the
// table instead of naming kinds:
//   - the grammar of arguments, and the search for a name without a type
//   - the help (except its first line), and the completion
//   - the table of `get`
// Exception: the command rolling-update names a kind.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "cmd/kubectl-windlass/command_line.h"
#include "cmd/kubectl-windlass/exit_code.h"
#include "cmd/kubectl-windlass/requests.h"
#include "cmd/kubectl-windlass/standing.h"
#include "controller/kind/needed_crd.h"
#include "kubeclient/api/resource_id.h"

namespace windlass::cli {

struct CommandContext;
struct RolloutRoles;  // rollout_roles.h

// Carries a command out for one object.
using ActOn = ExitCode (*)(const CommandContext& context, const Place& place);

// A command that a kind has, or the reason why the kind does not have the command.
struct KindVerb {
  CommandName command{};
  ActOn act = nullptr;
  // If `act` is null: why the kind does not have the command, and what to use instead. InsteadText
  // replaces each "%" by the object, such as "deployment/web -n shop".
  std::string_view instead{};
};

// The update objects of a kind. Each is the request to update an object of the kind, and its status
// says where this object stands during the update. Example: a ReplicationControllerUpdate has the
// name of the ReplicationController that it updates.
struct UpdateOfKind {
  ResourceId resource{};  // empty: the kind has no update objects
  Standing (*standing)(const Json& update) = nullptr;
  bool (*is_under_way)(const Json& update) = nullptr;  // and has changed something
  // True if the update has failed and has changed nothing. Such an update is shown only with the
  // object that has the same name.
  bool (*is_refused)(const Json& update) = nullptr;
  // Returns those of `objects` that are in the middle of an update, although `updates` has no
  // update under way for them. Example: an update with --local was stopped.
  std::set<const Json*> (*unfinished)(const std::vector<const Json*>& objects,
                                      const std::vector<const Json*>& updates) = nullptr;
};

// How an object of a kind asks that its Pods are only updated in place, and never replaced.
struct OnlyInPlace {
  bool (*is_asked)(const Json& object) = nullptr;  // null: no object of the kind can ask for it
  std::string_view setting{};                      // for messages: "strategy InPlaceOnly"
};

struct Kind {
  ResourceId resource{};
  std::string_view short_word{};  // the kind in commands that a message proposes: "rc" in "rc/web"
  std::vector<std::string_view> words{};  // names that users may type; completion offers the first
  // The CustomResourceDefinition of the kind, or of its update objects; null if neither has one, as
  // with Deployments.
  const kind::NeededCrd* crd = nullptr;
  Standing (*standing)(const Json& object) = nullptr;
  // True if `kubectl rollout` has commands for this kind. The plugin then sends kubectl's requests,
  // and prints kubectl's texts where kubectl has one, so that scripts for kubectl still work.
  bool like_kubectl = false;
  // True if an object has Pods of its own, without ReplicaSets, and so without revisions.
  bool owns_pods = false;
  // Finds the ReplicaSets that the status of an object names. If null, the status names none, and
  // the new ReplicaSet is the one with the object's template.
  RolloutRoles (*roles)(const Json& object, const std::vector<const Json*>& replica_sets) = nullptr;
  OnlyInPlace only_in_place{};
  UpdateOfKind update{};
  std::vector<KindVerb> verbs{};
};

// The table (kinds.cc).
const std::vector<Kind>& Kinds();

// Returns the kind that a word such as "deploy" names; null if there is none.
const Kind* KindOfWord(std::string_view word);
// Returns the kind of a resource; null if the table has none.
const Kind* KindOf(const ResourceId& resource);
// Returns Kind::like_kubectl; false if the table lacks the kind.
bool IsLikeKubectl(const ResourceId& resource);
// Returns the kinds that have the command, in the order of the table.
std::vector<const Kind*> KindsWith(CommandName command);
// Returns the function that carries the command out for the kind; null if the kind lacks the
// command.
ActOn ActOf(const ResourceId& resource, CommandName command);
// Call this if the kind of the object does not have the command. Returns why, and what to use
// instead.
std::string InsteadText(const Place& place, CommandName command);

// Returns where the rollout of `object` stands. `resource` must be in the table.
Standing StandingOf(const Json& object, const ResourceId& resource);

// Returns the kinds as part of a sentence: "deployment, rollout or replicationcontroller".
std::string KindWords(const std::vector<const Kind*>& kinds);

// Returns "deployment.apps/web", as kubectl names an object in its output.
std::string ObjectName(const ResourceId& resource, std::string_view name);
// Returns "deployment/web", as a user writes it in a command.
std::string ShortName(const ResourceId& resource, std::string_view name);
// Returns the object as a message proposes it in a command: "deployment/web -n shop". With -n, the
// command does not depend on the namespace of the user's kubeconfig context.
std::string InCommand(const Place& place);
// Returns the kind of the resource in small letters: "deployment".
std::string KindWord(const ResourceId& resource);

}  // namespace windlass::cli
