// metav1.LabelSelector: matchLabels and matchExpressions, all of which must hold (D-785).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "kubeclient/api/label_values.h"
#include "kubeclient/api/string_map.h"
#include "kubeclient/base/result.h"

namespace windlass {

struct LabelSelectorRequirement {
  Symbol key;
  Symbol op;  // "In", "NotIn", "Exists", "DoesNotExist", as written
  LabelValues values;
  bool operator==(const LabelSelectorRequirement&) const = default;
};

struct LabelSelector {
  bool present = false;  // false: the selector is null, and matches nothing
  StringMap match_labels;
  std::vector<LabelSelectorRequirement> match_expressions;

  // Returns true if the selector is present and has no requirement: it matches everything (D-052).
  bool SelectsEverything() const {
    return present && match_labels.empty() && match_expressions.empty();
  }
  bool operator==(const LabelSelector&) const = default;
};

// Returns how many bytes of memory the requirements take, without interned texts.
size_t BytesOf(const LabelSelector& selector);
// Returns how many bytes the texts of the selector take, as if no other object shared them. Adds
// SymbolTable::kBytesOfEntry once for each pair of matchLabels, and once for each key, operator and
// value of matchExpressions. Example: 150 for matchLabels {app: web} (3 + 3 + 144).
size_t TextBytesOf(const LabelSelector& selector);
// Makes the selector absent if TextBytesOf is above kLabelBytesOfCut (object_meta.h).
void Cut(LabelSelector& selector);

// Returns the selector of the objects that have all of these labels.
LabelSelector SelectorOf(StringMap labels);

// Returns kInvalid for an unknown operator, for In or NotIn without values, and for Exists or
// DoesNotExist with values.
Status Validate(const LabelSelector& selector);

// Returns true if `labels` satisfy `selector`. NotIn and DoesNotExist also match an absent key. An
// absent selector matches nothing, and neither does one that Validate refuses.
bool Matches(const LabelSelector& selector, const StringMap& labels);

// The query text of an absent or invalid selector. It is not empty, because an empty text would
// select everything.
inline constexpr std::string_view kMatchesNothing = "none,!none";

// Returns the query text, not percent-encoded: "app=web,tier in (a,b),!legacy". It selects exactly
// what Matches accepts.
std::string ToQuery(const LabelSelector& selector);

}  // namespace windlass
