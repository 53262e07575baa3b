// Which kind of object a reflector may be sent: a proxy, or an API server behind the wrong address,
// may answer with another.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "kubeclient/api/decode.h"
#include "kubeclient/cache/reflector_options.h"

namespace windlass {

class ExpectedType {
 public:
  explicit ExpectedType(const ReflectorOptions& options);

  // False when the object says that it is something else, or does not say what it is. What cannot
  // be read at all is not for us to judge: true.
  bool Fits(std::string_view object_json, Decoder& decoder) const;
  bool Fits(const ListPage& page) const;

  // "apps/v1 ReplicaSet"
  std::string Describe() const;

 private:
  bool IsOneOf(std::string_view api_version, std::string_view kind) const;

  // Metadata alone may come as such, or, from a server that cannot reduce, as whole objects.
  std::vector<TypeMeta> types_;
  std::vector<std::string> beginnings_;  // how Kubernetes' encoder begins such an object
};

}  // namespace windlass
