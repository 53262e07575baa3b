// What a kind adds to the plugin: its names, its commands, and where its objects stand. A kind is
// one row of the table in kinds.cc. The grammar, help, completion, the table of `get`, and the
// search for a name without a type read that row. None of them names a kind, except in the first
// line of the help, and for the command rolling-update.
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

// Carries a command out for one object.
using ActOn = ExitCode (*)(const CommandContext& context, const Place& place);

// A command that a kind has, or the reason why the kind does not have the command.
struct KindVerb {
  CommandName command{};
  ActOn act = nullptr;
  // If `act` is null: why the kind does not have the command, and what to use instead. "%" stands
  // for the object: "deployment/web -n shop".
  std::string_view instead{};
};

// Objects that carry out updates of this kind's objects. Example: a ReplicationControllerUpdate has
// the name of the ReplicationController that it updates, and says where that controller stands
// while the update is under way.
struct UpdateOfKind {
  ResourceId resource{};  // empty: the kind has no such objects
  Standing (*standing)(const Json& update) = nullptr;
  bool (*is_under_way)(const Json& update) = nullptr;
  // Returns those of `objects`, all of this kind, that are in the middle of an update for which
  // there is no object under way among `updates`.
  std::set<const Json*> (*unfinished)(const std::vector<const Json*>& objects,
                                      const std::vector<const Json*>& updates) = nullptr;
};

struct Kind {
  ResourceId resource{};
  std::string_view short_word{};  // before the slash in the commands that a message proposes: "rc"
  std::vector<std::string_view> words{};  // names for users; completion offers the first
  // The CustomResourceDefinition of the objects, or of the objects that update them; null if there
  // is none.
  const kind::NeededCrd* crd = nullptr;
  Standing (*standing)(const Json& object) = nullptr;
  UpdateOfKind update{};
  std::vector<KindVerb> verbs{};
};

// The table (kinds.cc).
const std::vector<Kind>& Kinds();

// Returns the kind that a word such as "deploy" names; null if there is none.
const Kind* KindOfWord(std::string_view word);
// Returns the kind of a resource; null if the table has none.
const Kind* KindOf(const ResourceId& resource);
// Returns the kinds that have the command, in the order of the table.
std::vector<const Kind*> KindsWith(CommandName command);
// Returns the function that carries the command out for the kind; null if the kind lacks the
// command.
ActOn ActOf(const ResourceId& resource, CommandName command);
// Returns why the kind of the object does not have the command, and what to use instead.
std::string InsteadText(const Place& place, CommandName command);

// Returns where `object` stands. `resource` must be in the table.
Standing StandingOf(const Json& object, const ResourceId& resource);

// Returns for example "deployment, rollout or replicationcontroller".
std::string KindWords(const std::vector<const Kind*>& kinds);

// Returns "deployment.apps/web", as kubectl names an object in its output.
std::string ObjectName(const ResourceId& resource, std::string_view name);
// Returns "deployment/web", as a user writes it in a command.
std::string ShortName(const ResourceId& resource, std::string_view name);
// Returns "deployment/web -n shop", the object in a proposed command. With -n, the command works
// whatever the present namespace is.
std::string InCommand(const Place& place);
// Returns "deployment", "rollout" or "replicationcontroller".
std::string KindWord(const ResourceId& resource);

}  // namespace windlass::cli
