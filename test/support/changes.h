// Rows of a table say what happened as one expression of named changes, each a function of the
// things that the test looks at: All(BeMidway, Pause(), TimedOut()).
#pragma once

namespace windlass {

// Returns the change that makes these changes, one after the other.
template <typename... Changes>
auto All(Changes... changes) {
  return [=](auto&... things) { (changes(things...), ...); };
}

inline constexpr auto kNothing = [](auto&...) {};

}  // namespace windlass
