// v1 ConfigMap: texts by key.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "kubeclient/api/object_meta.h"
#include "kubeclient/base/result.h"

namespace windlass {

class Decoder;

struct ConfigMap {
  ObjectMeta meta;
  // `binaryData` is not kept.
  std::map<std::string, std::string, std::less<>> data{};
};

// Returns kMalformed if the object has no metadata.name.
Result<ConfigMap> DecodeConfigMap(Decoder& decoder, std::string_view object_json);

}  // namespace windlass
