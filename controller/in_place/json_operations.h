// The operations of one JSON patch. The server applies them together or not at all.
#pragma once

#include <string>

#include "controller/in_place/changes.h"
#include "controller/in_place/json_diff.h"

namespace windlass::in_place {

class Operations {
 public:
  // Tests come before all changes.
  void Test(const std::string& path, const Json& value);
  void Put(const std::string& path, const Json& value);
  void Replace(const std::string& path, const Json& value);
  // Whether the key is still there nobody knows, and removing what is gone would be refused: put
  // first, it is.
  void Remove(const std::string& path);
  // Changes the map of texts at `path`. Where there is none, none must have come meanwhile: putting
  // one would wipe its keys.
  void ChangeMap(const std::string& path, bool exists, const TextChanges& changes);

  std::string Text() const;  // a JSON array

 private:
  std::string tests_;  // elements, each with a comma behind it
  std::string changes_;
};

}  // namespace windlass::in_place
