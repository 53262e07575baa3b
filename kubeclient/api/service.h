// v1 Service: which Pods it selects, and the annotations that users of the decoder ask for
// (DecodeInterest::keeps_service_annotation).
#pragma once

#include <string_view>

#include "kubeclient/api/object_meta.h"
#include "kubeclient/api/resource_id.h"
#include "kubeclient/api/string_map.h"
#include "kubeclient/base/result.h"

namespace windlass {

class Decoder;

namespace resources {
inline constexpr ResourceId kServices{"", "v1", "services", "Service"};
}  // namespace resources

struct Service {
  ObjectMeta meta;
  bool external_name = false;  // type ExternalName: it selects no Pods
  StringMap selector{};        // empty: another client writes its endpoints
  bool operator==(const Service&) const = default;
};

// Returns kMalformed if the object has no metadata.name.
Result<Service> DecodeService(Decoder& decoder, std::string_view object_json);

// These do for a Service what the functions of the same names in object_meta.h do for an
// ObjectMeta.
//   - BytesOf includes sizeof(Service), and the values of the annotations, which are not interned.
//   - TextBytesOf counts neither keys nor values of annotations.
//   - Cut keeps the annotations, and the selector, each if its text_bytes() are at most
//     kLabelBytesOfCut.
size_t BytesOf(const Service& object);
size_t TextBytesOf(const Service& object);
void Cut(Service& object);

}  // namespace windlass
