#include "cmd/kubectl-windlass/selected_objects.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>
#include <utility>

#include "cmd/kubectl-windlass/json_fields.h"
#include "cmd/kubectl-windlass/kind.h"
#include "cmd/kubectl-windlass/manifest.h"
#include "cmd/kubectl-windlass/named_object.h"
#include "cmd/kubectl-windlass/object_argument.h"

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
                                         context.namespace_ + " has the labels " + labels +
                                         ": kubectl get " + KindWord(resource) + " -n " +
                                         context.namespace_ + " --show-labels lists them"};
}

// --- -f ---

// Returns the kind of an object in a manifest; of an update, the kind that it updates. Returns null
// if the table has no such kind.
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
      if (!IsName(name) || !IsName(in)) {
        return Wrong(path + ": \"" + in + "\" and \"" + name +
                     "\" are no namespace and name of a " + TextOf(object, "/kind") +
                     ": correct metadata");
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

// --- names ---

Result<Selected> PlacesOfNames(const CommandContext& context,
                               const std::vector<ObjectArgument>& objects) {
  const CommandName command = context.line.command;
  Selected selected;
  for (const ObjectArgument& object : objects) {
    Place place{object.resource, context.namespace_, object.name};
    if (!IsName(object.name)) return Wrong('"' + object.name + "\" is no name of an object");
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
