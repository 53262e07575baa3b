// Decodes JSON into structs, in one pass (simdjson On-Demand). This file decodes watch lines,
// lists, Status, and single parts of objects. Each resource has its own function, in the file of
// the resource, for example DecodePod in pod.h.
//
//   - A field that no struct has is skipped unread. Example: managedFields, 38 % of a Pod's JSON.
//   - Unknown fields and enum values are accepted. A known field of the wrong type is an Error
//     kMalformed that names the field's path.
//   - null means absent. If a key is repeated, the last value that is not null counts.
//   - A value that is read must not be nested deeper than kJsonDepthMax. A value that is not read
//     may be nested deeper, and is skipped without recursion.
//   - Input needs no padding, and no exception leaves these functions.
// Core thread only, like SymbolTable.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kubeclient/api/canonical.h"
#include "kubeclient/api/decode_interest.h"
#include "kubeclient/api/object_meta.h"
#include "kubeclient/base/result.h"

namespace windlass {

// metav1.Status: the body of an error response, and of some other answers, such as that to an
// eviction.
struct ApiStatus {
  bool failure = false;  // status is "Failure"
  int code = 0;
  std::string reason;
  std::string message;
  std::string details_name;                    // details.name: the object that the Status is about
  std::vector<ErrorCause> causes;              // details.causes, the first kCausesMax
  std::optional<int64_t> retry_after_seconds;  // details.retryAfterSeconds
};

enum class WatchEventType : uint8_t { kAdded, kModified, kDeleted, kBookmark, kError, kUnknown };

// One line of a watch. The object in it is not decoded yet.
struct WatchFrame {
  WatchEventType type = WatchEventType::kUnknown;
  std::string unknown_type;      // as written, if `type` is kUnknown
  std::string_view object_json;  // points into the line
};
// The apiVersion and kind of an object. Items of typed lists lack them.
struct TypeMeta {
  std::string api_version;  // "apps/v1"
  std::string kind;         // "ReplicaSet"
};
// The content of a BOOKMARK event.
struct Bookmark {
  ResourceVersion resource_version;
  bool initial_events_end = false;  // annotation k8s.io/initial-events-end = "true"
};
// One page of a list. The items are not decoded yet.
struct ListPage {
  std::string api_version;  // "apps/v1", "meta.k8s.io/v1", …
  std::string kind;         // "DeploymentList", "PartialObjectMetadataList", …
  ResourceVersion resource_version;
  std::string continue_token;
  std::vector<std::string_view> items;  // raw JSON of each item; points into the body
};

// Metadata that identifies an object even if the rest cannot be decoded (quarantine, R-031).
struct ObjectIdentity {
  ObjectKey key;
  Uid uid;
  ResourceVersion resource_version;
};

// An object whose latest version cannot be decoded, and its owner.
struct UnreadableObject {
  ObjectIdentity identity;
  std::optional<OwnerReference> controller;
  bool owners_readable = true;  // false: `controller` is not known
  std::string why{};            // why it cannot be decoded; at most 256 bytes
};

// The fingerprints of one pod template.
struct TemplateFingerprints {
  Fingerprint text;       // of the template's bytes
  Fingerprint canonical;  // of the template's canonical form
};

class JsonReader;

// Keeps a parser and its buffers from one call to the next, so use one Decoder for many calls.
class Decoder {
 public:
  explicit Decoder(SymbolTable& symbols);
  ~Decoder();
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;

  Result<WatchFrame> DecodeFrame(std::string_view line);
  Result<Bookmark> DecodeBookmark(std::string_view object_json);
  // Returns kMalformed, never an empty list, if the body is not a list (for example a Table, a
  // Status, HTML, or empty; R-009).
  Result<ListPage> DecodeList(std::string_view body);
  // Returns kMalformed if `body` is not a metav1.Status. Cuts the texts of causes at
  // kCauseBytesMax.
  Result<ApiStatus> DecodeStatus(std::string_view body);
  // DecodeTypeMeta and DecodeIdentity leave a member of the result empty if the object lacks it.
  // But DecodeIdentity returns kMalformed if the object has no metadata.name.
  Result<TypeMeta> DecodeTypeMeta(std::string_view object_json);
  Result<ObjectIdentity> DecodeIdentity(std::string_view object_json);
  // Returns the first owner reference with controller: true; nullopt if there is none.
  Result<std::optional<OwnerReference>> DecodeController(std::string_view object_json);

  // The interests registered with this Decoder (RegisteredInterest). Decoding keeps the parts of an
  // object that these interests ask for, in addition to those that it always keeps.
  DecodeInterests& interests() { return interests_; }

  // For the functions that decode one resource each, for example DecodePod in pod.h.
  JsonReader& reader();
  SymbolTable& symbols() { return symbols_; }
  // Returns the fingerprints of `raw`, the spec.template of the object with `meta`. Returns
  // kMalformed if `raw` has no canonical form.
  Result<TemplateFingerprints> FingerprintTemplate(const ObjectMeta& meta, std::string_view raw);

 private:
  struct Parser;
  std::unique_ptr<Parser> parser_;
  SymbolTable& symbols_;
  DecodeInterests interests_;
};

}  // namespace windlass
