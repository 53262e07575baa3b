// Which kind of object a reflector may receive. A proxy, or an API server behind the wrong address,
// may send another kind.
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

  // Returns false if the object says that it is of another kind, or says no kind. Returns true if
  // the object cannot be read at all: its decoding, which follows, then reports the error.
  bool Fits(std::string_view object_json, Decoder& decoder) const;
  bool Fits(const ListPage& page) const;

  // Returns a text such as "apps/v1 ReplicaSet".
  std::string Describe() const;

 private:
  bool IsOneOf(std::string_view api_version, std::string_view kind) const;

  // The accepted types: usually one. If options.metadata_only is true, there are two:
  // PartialObjectMetadata, and the whole object from a server that cannot reduce objects.
  std::vector<TypeMeta> types_;
  std::vector<std::string> beginnings_;  // how Kubernetes' encoder begins such an object
};

}  // namespace windlass
