// The operations of one JSON patch. The API server applies all of them or none.
#pragma once

#include <optional>
#include <string>

#include "controller/in_place/template/changes.h"
#include "controller/in_place/template/json_diff.h"

namespace windlass::in_place {

class Operations {
 public:
  // Each of these adds one operation to the patch. In the patch all tests come before all changes,
  // in whatever order the functions are called. `value` may contain any characters.
  void Test(const std::string& path, const Json& value);
  void Put(const std::string& path, const Json& value);
  void Replace(const std::string& path, const Json& value);
  // JSON Patch refuses to remove a missing key, and another client may have removed the key at
  // `path`. So the patch adds the key before it removes it.
  void Remove(const std::string& path);
  // Changes the map of texts at `path`. If the map is absent (`exists` is false), the patch first
  // tests that the map is still absent: adding the map would overwrite keys that another client
  // wrote since.
  void ChangeMap(const std::string& path, bool exists, const TextChanges& changes);
  // Tests that a Pod's state annotation is still `state`, or still absent if `state` is nullopt: a
  // state that another patch wrote since must not be lost. If the Pod had no annotation at all
  // (`annotations` is false), adds no test: ChangeMap tests that the Pod still has none.
  void TestState(bool annotations, const std::optional<std::string>& state);

  std::string Text() const;  // the patch, a JSON array

 private:
  std::string tests_;  // elements, each followed by a comma
  std::string changes_;
};

}  // namespace windlass::in_place
