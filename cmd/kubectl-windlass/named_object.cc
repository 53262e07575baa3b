#include "cmd/kubectl-windlass/named_object.h"

#include <optional>
#include <vector>

#include "cmd/kubectl-windlass/failure.h"
#include "cmd/kubectl-windlass/kind.h"
#include "kubeclient/client/paths.h"

namespace windlass::cli {
namespace {

Error SeveralOf(const std::string& name, const std::vector<Place>& places) {
  std::string list;
  for (const Place& place : places) {
    list += (list.empty() ? "" : ", ") + ShortName(place.resource, place.name);
  }
  return {ErrorKind::kConfig, "there are several objects \"" + name + "\": write one of " + list};
}

Error NoneOf(const std::string& in, const std::string& name,
             const std::vector<const Kind*>& kinds) {
  return {ErrorKind::kNotFound, "there is no " + KindWords(kinds) + " \"" + name +
                                    "\" in namespace " + in + ": kubectl windlass get -n " + in +
                                    " lists what there is; -n and --context choose another place"};
}

}  // namespace

Result<Place> FindNamed(Session& session, CommandName command, const std::string& namespace_,
                        const std::string& name) {
  const std::vector<Kind>& all = Kinds();
  std::vector<HttpRequest> requests;
  for (const Kind& kind : all) {
    HttpRequest& get = requests.emplace_back();
    get.target = ResourcePath(kind.resource, namespace_, name);
  }
  const std::vector<Result<Reply>> replies = session.SendAll(requests, Verb::kGet);
  std::vector<Place> good;
  std::optional<Place> other;
  std::optional<Error> failure;
  for (size_t i = 0; i < all.size(); ++i) {
    const ResourceId& resource = all[i].resource;
    const bool fits = ActOf(resource, command) != nullptr;
    if (replies[i].ok()) {
      const Place place{resource, namespace_, name};
      if (fits) {
        good.push_back(place);
      } else if (!other) {
        other = place;
      }
    } else if (fits && !failure && replies[i].error().kind != ErrorKind::kNotFound) {
      failure = Explained(replies[i].error(), {Verb::kGet, resource, namespace_, name},
                          session.options().server);
    }
  }
  if (good.size() > 1) return SeveralOf(name, good);
  if (!good.empty()) return good.front();
  if (failure) return *failure;
  // If the cluster serves none of the kinds that have the command, no such object can exist.
  const auto is_served = [&](size_t i) {
    return replies[i].ok() || replies[i].error().detail != ErrorDetail::kNotServed;
  };
  std::optional<size_t> unserved;
  bool serves_one = false;
  for (size_t i = 0; i < all.size(); ++i) {
    if (ActOf(all[i].resource, command) == nullptr) continue;
    if (is_served(i)) serves_one = true;
    if (!is_served(i) && !unserved) unserved = i;
  }
  if (unserved && !serves_one) {
    return Explained(replies[*unserved].error(),
                     {Verb::kGet, all[*unserved].resource, namespace_, name},
                     session.options().server);
  }
  for (size_t i = 0; i < all.size(); ++i) {
    const ResourceId& resource = all[i].resource;
    // Every Kubernetes API server serves the built-in kinds. If one is missing, something else has
    // answered.
    const bool built_in = resource.manifest.empty();
    if (built_in && !replies[i].ok() && replies[i].error().detail == ErrorDetail::kNotServed) {
      return Explained(replies[i].error(), {Verb::kGet, resource, namespace_, name},
                       session.options().server);
    }
  }
  if (other) return *other;
  return NoneOf(namespace_, name, KindsWith(command));
}

}  // namespace windlass::cli
