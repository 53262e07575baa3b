#include "cmd/kubectl-windlass/selected_objects.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>
#include <utility>

#include "cmd/kubectl-windlass/failure.h"
#include "cmd/kubectl-windlass/json_fields.h"
#include "cmd/kubectl-windlass/kind.h"
#include "cmd/kubectl-windlass/manifest.h"
#include "cmd/kubectl-windlass/object_argument.h"
#include "kubeclient/client/paths.h"

namespace windlass::cli {
namespace {

Error Wrong(std::string text) { return {ErrorKind::kConfig, std::move(text)}; }

// Returns true if the text can be one segment of a URL's path.
bool IsName(const std::string& text) {
  return text != "." && text != ".." && text.find_first_of("/%?#") == text.npos;
}

void AddOnce(std::vector<Place>& places, Place place) {
  if (std::ranges::find(places, place) == places.end()) places.push_back(std::move(place));
}

// --- a type and -l ---

Result<Selected> PlacesWithLabels(const CommandContext& context,
                                  const std::vector<ObjectArgument>& objects) {
  const std::string& labels = context.line.selector;
  if (objects.size() != 1 || objects[0].bare || !objects[0].name.empty()) {
    return Wrong("-l selects objects of a type, without names: write for example deployment -l " +
                 labels);
  }
  const ResourceId& resource = objects[0].resource;
  const Place any{resource, context.namespace_, "NAME"};
  if (ActOf(resource, context.line.command) == nullptr) {
    return Wrong(InsteadText(any, context.line.command));
  }
  WINDLASS_TRY(const ObjectList list,
               ListObjects(context.session, {.resource = resource,
                                             .namespace_ = context.namespace_,
                                             .labels = labels,
                                             .metadata_only = true}));
  Selected selected;
  std::vector<Place>& places = selected.places;
  for (const std::string& item : list.items) {
    const Json object = Json::parse(item, nullptr, false);
    if (object.is_object()) {
      places.push_back({resource, context.namespace_, TextOf(object, "/metadata/name")});
    }
  }
  if (!places.empty()) return selected;
  return Error{ErrorKind::kNotFound, "no " + KindWord(resource) + " in namespace " +
                                         context.namespace_ + " matches -l '" + labels +
                                         "': kubectl get " + KindWord(resource) + " -n " +
                                         context.namespace_ + " --show-labels lists each " +
                                         KindWord(resource) + " with its labels"};
}

// --- -f ---

// Returns the kind of an object in a manifest. For the manifest of an update, returns the kind of
// the object that it updates. Returns null if Kinds() has no such kind.
const Kind* KindOfObject(const Json& object) {
  const std::string version = TextOf(object, "/apiVersion");
  const size_t slash = version.find('/');
  const std::string group = slash == version.npos ? "" : version.substr(0, slash);
  const std::string kind = TextOf(object, "/kind");
  const auto found = std::ranges::find_if(Kinds(), [&](const Kind& one) {
    const auto is = [&](const ResourceId& resource) {
      return resource.group == group && resource.kind == kind;
    };
    return is(one.resource) || (one.update.standing != nullptr && is(one.update.resource));
  });
  return found == Kinds().end() ? nullptr : &*found;
}

Result<Selected> PlacesInManifests(const CommandContext& context) {
  const CommandLine& line = context.line;
  std::istringstream standard_input(line.standard_input);
  Selected selected;
  for (const std::string& path : line.filenames) {
    WINDLASS_TRY(const std::vector<Json> objects, ReadManifests(path, standard_input));
    for (const Json& object : objects) {
      const Kind* kind = KindOfObject(object);
      if (kind == nullptr || ActOf(kind->resource, line.command) == nullptr) continue;
      const std::string name = TextOf(object, "/metadata/name");
      const std::string written = TextOf(object, "/metadata/namespace");
      const std::string& in = written.empty() ? context.namespace_ : written;
      if (name.empty()) {
        return Wrong(path + ": metadata.name of a " + TextOf(object, "/kind") +
                     " is missing: write the name that it has in the cluster");
      }
      if (!IsName(name)) {
        return Wrong(path + ": metadata.name \"" + name + "\" is not a valid name of a " +
                     TextOf(object, "/kind") + ": correct it");
      }
      if (!IsName(in)) {
        const std::string place = !written.empty() ? "metadata.namespace"
                                  : line.connection.namespace_.empty()
                                      ? "the namespace of the kubeconfig's context"
                                      : "-n";
        return Wrong(path + ": \"" + in + "\" is not a valid namespace: correct " + place);
      }
      if (!line.connection.namespace_.empty() && in != line.connection.namespace_) {
        return Wrong("the namespace of " + ShortName(kind->resource, name) + " in " + path + ", " +
                     in + ", is not " + line.connection.namespace_ + ": give -n " + in +
                     ", or correct the file");
      }
      AddOnce(selected.places, {kind->resource, in, name});
    }
  }
  if (!selected.places.empty()) return selected;
  return Wrong("there is no " + KindWords(KindsWith(line.command)) + " in " + line.filenames[0] +
               (line.filenames.size() > 1 ? " and the other files" : "") +
               ": name the objects, or give another file");
}

// --- a name without a type ---

Error SeveralOf(const std::string& name, const std::vector<Place>& places) {
  std::string list;
  for (const Place& place : places) {
    list += (list.empty() ? "" : ", ") + ShortName(place.resource, place.name);
  }
  return {ErrorKind::kConfig, "there are several objects \"" + name + "\": write one of " + list};
}

Error NoneOf(const std::string& in, const std::string& name,
             const std::vector<const Kind*>& kinds) {
  return {ErrorKind::kNotFound,
          "there is no " + KindWords(kinds) + " \"" + name + "\" in namespace " + in +
              ": kubectl windlass get -n " + in +
              " lists those that exist; -n and --context choose another namespace or cluster"};
}

// Looks in the namespace for the object that is called `name` and that `command` can act on. Asks
// for all kinds at the same time. A kind fits if it has the command. Returns the first of these
// that applies:
//   - the object, if only one kind that fits has an object with the name
//   - kConfig with a list of the objects, if several kinds that fit have one
//   - the error of a request for a kind that fits, for example a missing right
//   - kNotFound, because the cluster serves no kind that fits, or lacks a built-in kind
//   - an object of a kind that does not fit; the caller must refuse it (InsteadText)
//   - kNotFound, because there is no object with the name
// The errors have a text for people.
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

// --- names ---

Result<Selected> PlacesOfNames(const CommandContext& context,
                               const std::vector<ObjectArgument>& objects) {
  const CommandName command = context.line.command;
  Selected selected;
  for (const ObjectArgument& object : objects) {
    Place place{object.resource, context.namespace_, object.name};
    if (!IsName(object.name)) {
      return Wrong('"' + object.name + "\" is not a valid name of an object");
    }
    if (object.bare) {
      Result<Place> found = FindNamed(context.session, command, context.namespace_, object.name);
      if (!found.ok()) {
        const ErrorKind kind = found.error().kind;
        if (kind != ErrorKind::kNotFound && kind != ErrorKind::kForbidden) return found.error();
        selected.missing.push_back(std::move(found).error());
        continue;
      }
      place = *std::move(found);
    } else if (object.name.empty()) {
      return Wrong("which " + KindWord(object.resource) + "? Write " +
                   ShortName(object.resource, "NAME"));
    }
    if (ActOf(place.resource, command) == nullptr) return Wrong(InsteadText(place, command));
    AddOnce(selected.places, std::move(place));
  }
  return selected;
}

}  // namespace

Result<Selected> SelectObjects(const CommandContext& context) {
  const CommandLine& line = context.line;
  WINDLASS_TRY(const std::vector<ObjectArgument> objects, ParseObjectArguments(line.arguments));
  if (!line.filenames.empty() && (!objects.empty() || !line.selector.empty())) {
    return Wrong("-f names the objects: leave out " +
                 (objects.empty() ? "-l" : '"' + line.arguments[0] + '"'));
  }
  if (!line.selector.empty()) return PlacesWithLabels(context, objects);
  if (line.filenames.empty() && objects.empty()) {
    return Wrong("name an object, such as deployment/web or rollout/web");
  }
  return line.filenames.empty() ? PlacesOfNames(context, objects) : PlacesInManifests(context);
}

}  // namespace windlass::cli
