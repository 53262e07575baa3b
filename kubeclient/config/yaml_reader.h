// YAML (hence JSON) as a plain tree of values, with bounds. yaml-cpp is seen by yaml_reader.cc
// alone.
//
// Refused, because nobody needs them here and they are how such files hurt (BI-02): anchors and
// aliases, nesting above kYamlDepthMax, a key twice, a key that is no scalar, NUL characters,
// several documents.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "kubeclient/base/result.h"

namespace windlass {

struct YamlField;

struct YamlNode {
  enum class Kind : uint8_t { kNull, kScalar, kSequence, kMap };

  Kind kind = Kind::kNull;
  int line = 1;                   // where it stands, from 1
  std::string scalar;             // its text, whatever its type
  bool plain = false;             // a scalar without quotes
  std::vector<YamlNode> items;    // of a sequence
  std::vector<YamlField> fields;  // of a map, in the order of the file

  bool IsNull() const { return kind == Kind::kNull; }
  // The value of a key; null when there is none, when its value is null, or when this is no map.
  const YamlNode* Find(std::string_view key) const;
};

struct YamlField {
  std::string key;
  YamlNode value;
};

// One document; an empty one is a null node. kConfig "line 7: <what is wrong>" otherwise. The
// caller bounds the size of `text` and adds the name of the file.
Result<YamlNode> ParseYaml(const std::string& text);

}  // namespace windlass
