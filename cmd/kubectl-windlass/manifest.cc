#include "cmd/kubectl-windlass/manifest.h"

#include <filesystem>
#include <istream>
#include <nlohmann/json.hpp>
#include <system_error>
#include <variant>

#include "kubeclient/config/read_file.h"
#include "kubeclient/config/yaml_reader.h"
#include "kubeclient/config/yaml_scalar.h"

namespace windlass::cli {
namespace {

// Returns the value as kubectl reads it.
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

// Reads at most kManifestBytesMax.
Result<std::string> ReadAll(std::istream& in) {
  std::string text = ReadManifestBytes(in);
  if (text.size() <= kManifestBytesMax) return text;
  return Wrong("standard input has more than " + std::to_string(kManifestBytesMax >> 20U) + " MiB");
}

// As kubectl prints a GroupVersionKind: "/v1, Kind=Service", "apps/v1, Kind=Deployment".
std::string GroupVersionKindText(const Json& object) {
  const std::string version = TextOf(object, "/apiVersion");
  return (version.find('/') == version.npos ? "/" : "") + version +
         ", Kind=" + TextOf(object, "/kind");
}

}  // namespace

std::string ReadManifestBytes(std::istream& in) {
  std::string text(kManifestBytesMax + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<size_t>(in.gcount()));
  return text;
}

Result<Json> ReadControllerManifest(const std::string& path, std::istream& standard_input) {
  const Error empty = Wrong("please make sure " + path + " exists and is not empty");
  const Error several = Wrong(path + " specifies multiple items");
  if (path.find("://") != path.npos) {
    return Wrong(path + " is an address, which is not read here: curl -s " + path +
                 " | kubectl windlass rolling-update OLD -f -");
  }
  if (IsDirectory(path)) {
    return Wrong(path + " is a directory: give the file of the new controller");
  }
  const bool piped = path == "-";
  const Result<std::string> text =
      piped ? ReadAll(standard_input) : ReadFile(path, kManifestBytesMax);
  if (!text.ok()) return piped || FileExists(path) ? text.error() : empty;
  const Result<std::vector<YamlNode>> documents = ParseYamlDocuments(*text);
  if (!documents.ok()) return Wrong(path + ": " + documents.error().message);
  if (documents->size() > 1) return several;
  Json object = documents->empty() ? Json() : ValueOf(documents->front());
  if (!object.is_object()) return empty;
  if (TextOf(object, "/kind") == "List") {
    const Json items = ListOf(object, "/items");
    if (items.empty()) return empty;
    if (items.size() > 1) return several;
    object = items[0];
  }
  const std::string kind = TextOf(object, "/kind");
  if (kind.empty()) return Wrong(path + ": kind is missing: write kind: ReplicationController");
  if (kind != "ReplicationController") {
    return Wrong(path + " contains a " + GroupVersionKindText(object) +
                 " not a ReplicationController");
  }
  if (TextOf(object, "/metadata/name").empty()) {
    return Wrong(path + ": metadata.name is missing: name the new ReplicationController");
  }
  return object;
}

}  // namespace windlass::cli
