// Objects as their decoder reads them, each decoded again only once its JSON has changed: a sync of
// a test changes one object of many, and a large one takes milliseconds.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

namespace windlass {

template <typename T>
class DecodeOnce {
 public:
  // Returns what `decode` made of the text of `object`; it stays until `object` is another one.
  template <typename Decode>
  const T& Get(const std::string& name, nlohmann::json object, Decode&& decode) {
    auto& [json, decoded] = known_[name];
    if (json.is_null() || json != object) {
      decoded = decode(object.dump()).value();
      json = std::move(object);
    }
    return decoded;
  }

 private:
  std::map<std::string, std::pair<nlohmann::json, T>> known_;
};

}  // namespace windlass
