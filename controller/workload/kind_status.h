// The part of an object's status that only its kind understands. The planner copies, compares and
// passes on this part without reading it.
#pragma once

#include <memory>
#include <utility>

namespace windlass {

// Holds one value of any type that has ==, or no value. Copies share the value, which never
// changes.
class KindStatus {
 public:
  KindStatus() = default;
  template <typename Value>
  explicit KindStatus(Value value) : held_(std::make_shared<const Held<Value>>(std::move(value))) {}

  // Returns the value; null if there is no value, or if the value has another type.
  template <typename Value>
  const Value* As() const {
    const auto* held = dynamic_cast<const Held<Value>*>(held_.get());
    return held != nullptr ? &held->value : nullptr;
  }

  // Two objects without a value are equal.
  bool operator==(const KindStatus& other) const {
    if (held_ == nullptr || other.held_ == nullptr) return held_ == other.held_;
    return held_->Equals(*other.held_);
  }

 private:
  struct Base {
    virtual ~Base() = default;
    virtual bool Equals(const Base& other) const = 0;
  };
  template <typename Value>
  struct Held final : Base {
    explicit Held(Value given) : value(std::move(given)) {}
    bool Equals(const Base& other) const override {
      const auto* same = dynamic_cast<const Held*>(&other);
      return same != nullptr && same->value == value;
    }
    Value value;
  };

  std::shared_ptr<const Base> held_;
};

}  // namespace windlass
