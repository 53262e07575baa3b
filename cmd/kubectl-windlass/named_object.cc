#include "cmd/kubectl-windlass/named_object.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "cmd/kubectl-windlass/failure.h"
#include "cmd/kubectl-windlass/object_argument.h"
#include "kubeclient/client/paths.h"

namespace windlass::cli {
namespace {

std::vector<ResourceId> AllKinds() {
  return {resources::kDeployments, resources::kRollouts, resources::kReplicationControllers};
}

// Returns the kinds that the command acts on.
std::vector<ResourceId> KindsOf(CommandName command) {
  switch (command) {
    case CommandName::kPromote:
    case CommandName::kAbort:
    case CommandName::kRetry: return {resources::kRollouts};
    case CommandName::kGet: return AllKinds();
    case CommandName::kRollingUpdate: return {resources::kReplicationControllers};
    case CommandName::kVersion:
    case CommandName::kHelp: return {};
    default: return {resources::kDeployments, resources::kRollouts};
  }
}

// "deployment or rollout"
std::string KindWords(const std::vector<ResourceId>& kinds) {
  std::string words;
  for (size_t i = 0; i < kinds.size(); ++i) {
    if (i > 0) words += i + 1 == kinds.size() ? " or " : ", ";
    words += KindWord(kinds[i]);
  }
  return words;
}

Error SeveralOf(const std::string& name, const std::vector<Place>& places) {
  std::string list;
  for (const Place& place : places) {
    list += (list.empty() ? "" : ", ") + ShortName(place.resource, place.name);
  }
  return {ErrorKind::kConfig, "there are several objects \"" + name + "\": write one of " + list};
}

Error NoneOf(const std::string& in, const std::string& name, const std::vector<ResourceId>& kinds) {
  return {ErrorKind::kNotFound, "there is no " + KindWords(kinds) + " \"" + name +
                                    "\" in namespace " + in + ": kubectl windlass get -n " + in +
                                    " lists what there is; -n and --context choose another place"};
}

}  // namespace

Result<Place> FindNamed(Session& session, CommandName command, const std::string& namespace_,
                        const std::string& name) {
  const std::vector<ResourceId> all = AllKinds();
  const std::vector<ResourceId> wanted = KindsOf(command);
  std::vector<HttpRequest> requests;
  for (const ResourceId& kind : all) {
    HttpRequest& get = requests.emplace_back();
    get.target = ResourcePath(kind, namespace_, name);
  }
  const std::vector<Result<Reply>> replies = session.SendAll(requests, Verb::kGet);
  std::vector<Place> good;
  std::optional<Place> other;
  std::optional<Error> failure;
  for (size_t i = 0; i < all.size(); ++i) {
    const bool fits = std::ranges::find(wanted, all[i]) != wanted.end();
    if (replies[i].ok()) {
      const Place place{all[i], namespace_, name};
      if (fits) {
        good.push_back(place);
      } else if (!other) {
        other = place;
      }
    } else if (fits && !failure && replies[i].error().kind != ErrorKind::kNotFound) {
      failure = Explained(replies[i].error(), {Verb::kGet, all[i], namespace_, name},
                          session.options().server);
    }
  }
  if (good.size() > 1) return SeveralOf(name, good);
  if (!good.empty()) return good.front();
  if (failure) return *failure;
  // Every API server serves Deployments: then this is none.
  const Asked asked{Verb::kGet, all[0], namespace_, name};
  if (!replies[0].ok() && IsNotServed(replies[0].error(), asked)) {
    return Explained(replies[0].error(), asked, session.options().server);
  }
  if (other) return *other;
  return NoneOf(namespace_, name, wanted);
}

}  // namespace windlass::cli
