// YAML as a tree of values, within its bounds.
#include <algorithm>
#include <set>
#include <string>

#include "kubeclient/base/assert.h"
#include "kubeclient/config/yaml_reader.h"
#include "test/fuzz/input.h"

namespace windlass::fuzz {
namespace {

struct Bounds {
  int lines = 1;
  int depth = 0;
};

void CheckNode(const YamlNode& node, Bounds bounds) {
  WL_ASSERT(node.line >= 1 && node.line <= bounds.lines);
  WL_ASSERT(bounds.depth <= kYamlDepthMax);
  WL_ASSERT(node.kind == YamlNode::Kind::kScalar || node.scalar.empty());
  WL_ASSERT(node.kind == YamlNode::Kind::kSequence || node.items.empty());
  WL_ASSERT(node.kind == YamlNode::Kind::kMap || node.fields.empty());
  ++bounds.depth;
  for (const YamlNode& item : node.items) CheckNode(item, bounds);
  std::set<std::string> keys;
  for (const auto& [key, value] : node.fields) {
    WL_ASSERT(keys.insert(key).second);
    WL_ASSERT(node.Find(key) == (value.IsNull() ? nullptr : &value));
    CheckNode(value, bounds);
  }
}

void Check(const std::string& text) {
  const Result<YamlNode> root = ParseYaml(text);
  if (!root.ok()) {
    WL_ASSERT(root.error().kind == ErrorKind::kConfig);
    WL_ASSERT(root.error().message.starts_with("line "));
    return;
  }
  const auto breaks = std::count(text.begin(), text.end(), '\n') +  // both characters end a line
                      std::count(text.begin(), text.end(), '\r');
  CheckNode(*root, {1 + static_cast<int>(breaks), 0});
}

const Target kTarget("yaml", [](std::string_view bytes) { Check(std::string(bytes)); });

}  // namespace
}  // namespace windlass::fuzz
