// The part of an object's status that only its kind understands. The planner copies, compares and
// passes on this part without reading it.
#pragma once

#include <utility>

#include "controller/core/digest.h"

namespace windlass {

// Holds one value of any type that has ==, or no value. Copies share the value, which never
// changes.
class KindStatus {
 public:
  KindStatus() = default;
  template <typename Value>
  explicit KindStatus(Value value)
      : held_(AnyValue::Of(std::move(value))), equals_(&AreEqual<Value>) {}

  // Returns the value; null if there is no value, or if the value has another type.
  template <typename Value>
  const Value* As() const {
    return held_.As<Value>();
  }

  // Two objects without a value are equal.
  bool operator==(const KindStatus& other) const {
    return equals_ == nullptr ? other.equals_ == nullptr : equals_(held_, other.held_);
  }

 private:
  template <typename Value>
  static bool AreEqual(const AnyValue& one, const AnyValue& other) {
    const Value* const same = other.As<Value>();
    return same != nullptr && *same == one.Get<Value>();
  }

  AnyValue held_;
  bool (*equals_)(const AnyValue& one, const AnyValue& other) = nullptr;  // null: no value
};

}  // namespace windlass
