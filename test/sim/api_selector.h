// Label and field selectors as query parameters, for LIST and WATCH, and label selectors of specs.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "test/sim/api_answer.h"
#include "test/sim/api_path.h"
#include "test/sim/object.h"

namespace windlass::sim {

struct LabelRequirement {
  enum class Op { kIn, kNotIn, kExists, kAbsent };
  std::string key;
  Op op = Op::kExists;
  std::vector<std::string> values;
};

struct FieldRequirement {
  std::string field;  // "status.phase"
  std::string value;
  bool negated = false;
};

// Selects the objects that a LIST or WATCH shows.
struct ObjectFilter {
  std::string namespace_;
  std::string name;  // the name in the path of a watch of one object
  std::vector<LabelRequirement> labels;
  std::vector<FieldRequirement> fields;

  bool Matches(const Json& object) const;
};

// Sets `filter` from namespace, labelSelector and fieldSelector. Returns an answer of 400 if one of
// them cannot be parsed, otherwise nullopt.
std::optional<ApiAnswer> ParseFilter(const ApiPath& path, ObjectFilter& filter);

// Returns spec.selector in the form of a Deployment's. A ReplicationController's is a map of
// labels:
// {"app": "web"} becomes {"matchLabels": {"app": "web"}}.
Json LabelSelectorOf(const Json& object);

// Returns true if a selector in the form of a Deployment's matches `labels`. A null selector
// matches nothing.
bool SelectorMatches(const Json& label_selector, const Json& labels);

}  // namespace windlass::sim
