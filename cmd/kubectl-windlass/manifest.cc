#include "cmd/kubectl-windlass/manifest.h"

#include <algorithm>
#include <filesystem>
#include <istream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <system_error>
#include <variant>

#include "kubeclient/config/read_file.h"
#include "kubeclient/config/yaml_reader.h"
#include "kubeclient/config/yaml_scalar.h"

namespace windlass::cli {
namespace {

// Returns the value as kubectl reads it. kubectl follows YAML 1.1. Examples: yes without quotes is
// true, 010 is 8, and "yes" in quotes is a text.
Json ValueOf(const YamlNode& node) {
  switch (node.kind) {
    case YamlNode::Kind::kNull: return nullptr;
    case YamlNode::Kind::kScalar: {
      if (!node.plain) return node.scalar;
      return std::visit([](const auto& value) { return Json(value); },
                        ResolveYamlScalar(node.scalar));
    }
    case YamlNode::Kind::kSequence: {
      Json list = Json::array();
      for (const YamlNode& item : node.items) list.push_back(ValueOf(item));
      return list;
    }
    case YamlNode::Kind::kMap: {
      Json map = Json::object();
      for (const auto& [key, value] : node.fields) map[key] = ValueOf(value);
      return map;
    }
  }
  return nullptr;
}

Error Wrong(std::string text) { return {ErrorKind::kConfig, std::move(text)}; }

bool IsDirectory(const std::string& path) {
  std::error_code ignored;
  return std::filesystem::is_directory(path, ignored);
}

// Reads standard input. Returns an error if it has more than kManifestBytesMax.
Result<std::string> ReadAll(std::istream& in) {
  std::string text = ReadManifestBytes(in);
  if (text.size() <= kManifestBytesMax) return text;
  return Wrong("standard input has more than " + std::to_string(kManifestBytesMax >> 20U) +
               " MiB: give a smaller file, or name the objects");
}

// Returns apiVersion and kind as kubectl prints them: "/v1, Kind=Service", "apps/v1,
// Kind=Deployment".
std::string GroupVersionKindText(const Json& object) {
  const std::string version = TextOf(object, "/apiVersion");
  return (version.find('/') == version.npos ? "/" : "") + version +
         ", Kind=" + TextOf(object, "/kind");
}

Error NothingIn(const std::string& path) {
  return Wrong("please make sure " + path + " exists and is not empty");
}

// Returns the error for a directory in which FilesOf has found no manifest.
Error NoManifestIn(const std::string& path) {
  std::error_code failed;
  const std::filesystem::directory_iterator opened(path, failed);
  if (failed) return Wrong("directory " + path + " cannot be read: " + failed.message());
  return Wrong("directory " + path + " has no *.json, *.yaml or *.yml file");
}

// Adds `object` to `objects`. If `object` is a list, adds its items instead.
void AddObjects(Json object, std::vector<Json>& objects) {
  // A list has the kind "List" or, as `kubectl get --raw` prints it, a kind such as
  // "DeploymentList".
  const Json* items = FieldOf(object, "/items");
  if (!TextOf(object, "/kind").ends_with("List") || items == nullptr || !items->is_array()) {
    objects.push_back(std::move(object));
    return;
  }
  for (const Json& item : ListOf(object, "/items")) objects.push_back(item);
}

// Returns the objects of a file, or of standard input.
Result<std::vector<Json>> ObjectsIn(const std::string& path, std::istream& standard_input) {
  const bool piped = path == "-";
  const Result<std::string> text =
      piped ? ReadAll(standard_input) : ReadFile(path, kManifestBytesMax);
  if (!text.ok()) return piped || FileExists(path) ? text.error() : NothingIn(path);
  const Result<std::vector<YamlNode>> documents = ParseYamlDocuments(*text);
  if (!documents.ok()) return Wrong(path + ": " + documents.error().message);
  std::vector<Json> objects;
  for (const YamlNode& document : *documents) {
    Json object = ValueOf(document);
    if (object.is_null()) return NothingIn(path);
    if (!object.is_object()) {
      return Wrong(
          path + " has a document that is not an object: write apiVersion, kind and metadata.name");
    }
    AddObjects(std::move(object), objects);
  }
  return objects;
}

// If `path` is a directory, returns the manifests in it, ordered by name. Otherwise returns `path`.
std::vector<std::string> FilesOf(const std::string& path) {
  if (!IsDirectory(path)) return {path};
  std::vector<std::string> files;
  std::error_code failed;
  for (auto it = std::filesystem::directory_iterator(path, failed);
       !failed && it != std::filesystem::directory_iterator(); it.increment(failed)) {
    const std::string extension = it->path().extension();
    if (extension == ".json" || extension == ".yaml" || extension == ".yml") {
      files.push_back(it->path());
    }
  }
  std::ranges::sort(files);
  return files;
}

}  // namespace

std::string ReadManifestBytes(std::istream& in) {
  std::string text(kManifestBytesMax + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<size_t>(in.gcount()));
  return text;
}

Result<std::vector<Json>> ReadManifests(const std::string& path, std::istream& standard_input) {
  if (path.find("://") != path.npos) {
    return Wrong(path +
                 " is a URL, which this command does not read: write -f -, and pipe the manifest "
                 "in with curl -s " +
                 path);
  }
  const std::vector<std::string> files = FilesOf(path);
  if (files.empty()) return NoManifestIn(path);
  std::vector<Json> objects;
  for (const std::string& file : files) {
    WINDLASS_TRY(std::vector<Json> more, ObjectsIn(file, standard_input));
    std::ranges::move(more, std::back_inserter(objects));
  }
  if (objects.empty()) return NothingIn(path);
  return objects;
}

Result<Json> ReadControllerManifest(const std::string& path, std::istream& standard_input) {
  if (IsDirectory(path)) {
    return Wrong(path + " is a directory: give the file of the new controller");
  }
  WINDLASS_TRY(std::vector<Json> objects, ReadManifests(path, standard_input));
  if (objects.size() > 1) return Wrong(path + " specifies multiple items");
  Json object = std::move(objects.front());
  const std::string kind = TextOf(object, "/kind");
  if (kind.empty()) return Wrong(path + ": kind is missing: write kind: ReplicationController");
  if (kind != "ReplicationController") {
    return Wrong(path + " contains a " + GroupVersionKindText(object) +
                 " not a ReplicationController");
  }
  const Json* name = FieldOf(object, "/metadata/name");
  if (name != nullptr && !name->is_string()) {
    return Wrong(path + ": metadata.name is not a string: put quotes around the value");
  }
  if (TextOf(object, "/metadata/name").empty()) {
    return Wrong(path + ": metadata.name is missing: name the new ReplicationController");
  }
  // The plugin has to refuse a negative value, because the API server never sees it: if the value
  // is not above 0, Windlass creates the controller without this field.
  if (NumberOf(object, "/spec/minReadySeconds") < 0) {
    return Wrong(path +
                 ": spec.minReadySeconds is below 0: write how many seconds a Pod must be "
                 "ready, or leave the field out");
  }
  return object;
}

}  // namespace windlass::cli
