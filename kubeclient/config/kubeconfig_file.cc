#include "kubeclient/config/kubeconfig_file.h"

#include <utility>

#include "kubeclient/config/read_file.h"
#include "kubeclient/transport/secret.h"

namespace windlass {
namespace {

Error Wrong(const std::string& path, const YamlNode& at, const std::string& what) {
  return {ErrorKind::kConfig,
          "kubeconfig " + path + " line " + std::to_string(at.line) + ": " + what};
}

// Returns the text of a top-level field: "12" for 12. Returns "" if the field is absent, kConfig if
// it is a list or a map.
Result<std::string> OptionalText(const std::string& path, const YamlNode& root, const char* key) {
  const YamlNode* node = root.Find(key);
  if (node == nullptr) return std::string();
  if (node->kind != YamlNode::Kind::kScalar) {
    return Wrong(path, *node, std::string(key) + " must be a string");
  }
  return node->scalar;
}

// Reads one of the lists clusters, users and contexts into `entries`. Example, with `list`
// "clusters" and `inner` "cluster": "clusters: [{name: a, cluster: {…}}]".
Status ReadEntries(const std::string& path, const YamlNode& root, const std::string& list,
                   const std::string& inner, std::map<std::string, KubeconfigEntry>& entries) {
  const YamlNode* node = root.Find(list);
  if (node == nullptr) return Unit{};
  if (node->kind != YamlNode::Kind::kSequence) {
    return Wrong(path, *node, list + " must be a list");
  }
  for (const YamlNode& item : node->items) {
    const YamlNode* name = item.Find("name");
    if (name == nullptr || name->kind != YamlNode::Kind::kScalar) {
      return Wrong(path, item, "an entry of " + list + " has no name");
    }
    YamlNode value;
    value.kind = YamlNode::Kind::kMap;
    value.line = item.line;
    if (const YamlNode* given = item.Find(inner)) value = *given;
    if (value.kind != YamlNode::Kind::kMap) {
      return Wrong(path, value, inner + " \"" + name->scalar + "\" must be a map");
    }
    if (!entries.emplace(name->scalar, KubeconfigEntry{path, std::move(value)}).second) {
      return Wrong(path, item, inner + " \"" + name->scalar + "\" is defined twice: remove one");
    }
  }
  return Unit{};
}

Status CheckKind(const std::string& path, const YamlNode& root) {
  WINDLASS_TRY(const std::string kind, OptionalText(path, root, "kind"));
  WINDLASS_TRY(const std::string version, OptionalText(path, root, "apiVersion"));
  if ((kind.empty() || kind == "Config") && (version.empty() || version == "v1")) return Unit{};
  return Wrong(path, root, "is a " + version + " " + kind + ", not a v1 Config");
}

}  // namespace

void Kubeconfig::Merge(Kubeconfig later) {
  if (later.empty) return;
  if (empty) path = std::move(later.path);
  empty = false;
  if (current_context.empty()) current_context = std::move(later.current_context);
  clusters.merge(later.clusters);
  users.merge(later.users);
  contexts.merge(later.contexts);
}

Result<Kubeconfig> ReadKubeconfig(const std::string& path) {
  Result<std::string> text = ReadFile(path, kKubeconfigBytesMax);
  if (!text.ok()) return std::move(text).error().Context("kubeconfig");
  Result<YamlNode> root = ParseYaml(*text);
  WipeText(*text);
  if (!root.ok()) {
    return Error{ErrorKind::kConfig, "kubeconfig " + path + " " + root.error().message};
  }
  Kubeconfig file;
  file.path = path;
  file.empty = root->IsNull();
  if (file.empty) return file;
  if (root->kind != YamlNode::Kind::kMap) {
    return Error{ErrorKind::kConfig,
                 "kubeconfig " + path +
                     " is not a YAML mapping with fields such as apiVersion and clusters"};
  }
  if (const Status kind = CheckKind(path, *root); !kind.ok()) return kind.error();
  WINDLASS_TRY(file.current_context, OptionalText(path, *root, "current-context"));
  for (const Status& read : {ReadEntries(path, *root, "clusters", "cluster", file.clusters),
                             ReadEntries(path, *root, "users", "user", file.users),
                             ReadEntries(path, *root, "contexts", "context", file.contexts)}) {
    if (!read.ok()) return read.error();
  }
  return file;
}

}  // namespace windlass
