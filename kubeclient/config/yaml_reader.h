// Parses YAML, and hence JSON, into a plain tree of values. In kubeclient, only yaml_reader.cc uses
// yaml-cpp.
//
// Returns an error for what a kubeconfig does not need and an attacker could use (BI-02):
//   - anchors and aliases;
//   - nesting above kYamlDepthMax;
//   - the same key twice in a map, or a key that is not a scalar;
//   - NUL characters.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "kubeclient/base/result.h"

namespace windlass {

// How deep a value may be nested. Functions that read the tree are recursive, so an unlimited depth
// could overflow the stack (BI-02).
inline constexpr int kYamlDepthMax = 64;

struct YamlField;

struct YamlNode {
  enum class Kind : uint8_t { kNull, kScalar, kSequence, kMap };

  Kind kind = Kind::kNull;
  int line = 1;                   // line in the text; the first is 1
  std::string scalar;             // a scalar's text: "5" for 5
  bool plain = false;             // a scalar without quotes or tag
  std::vector<YamlNode> items;    // of a sequence
  std::vector<YamlField> fields;  // of a map, in the order of the file

  bool IsNull() const { return kind == Kind::kNull; }
  // Returns the value of a key. Returns null if the key is absent, its value is null, or this node
  // is not a map.
  const YamlNode* Find(std::string_view key) const;
};

struct YamlField {
  std::string key;
  YamlNode value;
};

// Parses the documents of `text`. Leaves out empty documents, for example after a trailing "---".
// Returns kConfig "line 7: <what is wrong>" on an error. The caller limits the size of `text` and
// adds the file's name to the error.
Result<std::vector<YamlNode>> ParseYamlDocuments(const std::string& text);
// Parses a text with at most one document. Returns a null node if there is no document.
Result<YamlNode> ParseYaml(const std::string& text);

}  // namespace windlass
