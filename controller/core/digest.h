// AnyValue holds a value of any type. A Digest makes such a value from the body of an answer. Only
// the planner knows the type of the value, so step.h does not depend on the types of resources.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string_view>
#include <typeinfo>
#include <utility>

#include "kubeclient/base/assert.h"
#include "kubeclient/base/result.h"

namespace windlass {

// An immutable value whose type only its maker and its reader know. Copies share the value.
class AnyValue {
 public:
  // Holds nothing.
  AnyValue() = default;
  template <typename T>
  static AnyValue Of(T value) {
    AnyValue any;
    any.bytes_ = BytesOf(value);
    any.type_ = &typeid(T);
    any.value_ = std::make_shared<const T>(std::move(value));
    return any;
  }

  // Returns the value; null if this holds nothing, or a value of another type.
  template <typename T>
  const T* As() const {
    const bool is_one = type_ != nullptr && *type_ == typeid(T);
    return is_one ? static_cast<const T*>(value_.get()) : nullptr;
  }
  // Returns the value. Asserts that this holds a T.
  template <typename T>
  const T& Get() const {
    const T* value = As<T>();
    WL_ASSERT(value != nullptr);
    return *value;
  }
  // Returns about how many bytes of memory the value takes: sizeof(T), or for a container the size
  // of its elements. Memory to which the value or its elements point does not count. Example: for a
  // vector of 100 elements with a sizeof of 40 each, returns 4000.
  size_t bytes() const { return bytes_; }

 private:
  template <typename T>
  static size_t BytesOf(const T& value) {
    if constexpr (requires { value.size() * sizeof(typename T::value_type); }) {
      return value.size() * sizeof(typename T::value_type);
    } else {
      return sizeof(T);
    }
  }

  std::shared_ptr<const void> value_;
  const std::type_info* type_ = nullptr;
  size_t bytes_ = 0;
};

// Reads the body of a successful answer. The runtime calls the Digest once, when the answer
// arrives, and then drops the body, which may be 32 MiB long. The planner uses the value in every
// later step of the sync. A Digest is a pure function. If it returns an error, the read fails with
// that error.
using Digest = std::function<Result<AnyValue>(std::string_view body)>;

// Returns a Digest whose value is what `reduce` returns for the body. `reduce` returns a Result<T>.
template <typename Reduce>
Digest DigestBy(Reduce reduce) {
  return [reduce = std::move(reduce)](std::string_view body) -> Result<AnyValue> {
    auto value = reduce(body);
    if (!value.ok()) return std::move(value).error();
    return AnyValue::Of(*std::move(value));
  };
}

}  // namespace windlass
