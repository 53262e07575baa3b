// Checks the value of a label as the API server does, and holds the values of one requirement of a
// label selector: a and b of "tier in (a,b)".
#pragma once

#include <cstddef>
#include <initializer_list>
#include <string_view>
#include <vector>

#include "kubeclient/api/symbol.h"

namespace windlass {

// Returns true if `text` is empty. Otherwise returns true if `text` consists of at most 63 letters,
// digits, '-', '_' and '.', and begins and ends with a letter or digit.
bool IsLabelValue(std::string_view text);

// The values of one requirement of a label selector. A user may list half a million values. The
// label of each object in a namespace is looked up among them, so Contains uses binary search.
class LabelValues {
 public:
  LabelValues() = default;
  LabelValues(std::initializer_list<Symbol> values) : LabelValues(std::vector<Symbol>(values)) {}
  LabelValues(std::vector<Symbol> values);  // NOLINT: implicit

  bool Contains(std::string_view value) const;

  // Iteration follows the order in which the user wrote the values, because a ReplicaSet that we
  // create must list them in that order.
  bool empty() const { return written_.empty(); }
  size_t size() const { return written_.size(); }
  auto begin() const { return written_.begin(); }
  auto end() const { return written_.end(); }
  // Returns how many bytes of memory the values take, without their texts.
  size_t bytes() const { return (written_.capacity() + sorted_.capacity()) * sizeof(Symbol); }
  // Returns how many bytes the texts of the values take. Objects with the same text share it, but
  // here each text counts as if no other object shared it.
  size_t text_bytes() const;

  bool operator==(const LabelValues& other) const { return written_ == other.written_; }

 private:
  std::vector<Symbol> written_;
  std::vector<Symbol> sorted_;  // each value once; empty if there are few, or if written_ is sorted
};

}  // namespace windlass
