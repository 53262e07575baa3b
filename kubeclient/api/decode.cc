// Decodes watch lines and lists (but not the objects in them), Status, and single parts of objects.
#include "kubeclient/api/decode.h"

#include <utility>

#include "kubeclient/api/decode_fields.h"
#include "kubeclient/api/json_reader.h"
#include "kubeclient/base/cut_text.h"

namespace windlass {
namespace {

constexpr std::string_view kInitialEventsEnd = "k8s.io/initial-events-end";

Error Malformed(std::string message) { return {ErrorKind::kMalformed, std::move(message)}; }

WatchEventType TypeOf(std::string_view text) {
  if (text == "ADDED") return WatchEventType::kAdded;
  if (text == "MODIFIED") return WatchEventType::kModified;
  if (text == "DELETED") return WatchEventType::kDeleted;
  if (text == "BOOKMARK") return WatchEventType::kBookmark;
  if (text == "ERROR") return WatchEventType::kError;
  return WatchEventType::kUnknown;
}

void ReadListMeta(JsonReader& in, ListPage& out) {
  out.resource_version.text.clear();
  out.continue_token.clear();
  in.Object([&](std::string_view key) {
    if (key == "resourceVersion")
      out.resource_version.text = in.String();
    else if (key == "continue")
      out.continue_token = in.String();
  });
}

// Reads a text of details.causes of a Status. Truncates it to kCauseBytesMax, because a webhook may
// send a text of any length.
std::string CauseText(JsonReader& in) { return std::string(CutText(in.String(), kCauseBytesMax)); }

void ReadStatusDetails(JsonReader& in, ApiStatus& out) {
  out.details_name.clear();
  out.causes.clear();
  out.retry_after_seconds.reset();
  in.Object([&](std::string_view key) {
    if (key == "name")
      out.details_name = in.String();
    else if (key == "retryAfterSeconds")
      out.retry_after_seconds = in.Int64();
    else if (key == "causes") {
      out.causes.clear();
      in.Array([&] {
        ErrorCause cause;
        in.Object([&](std::string_view member) {
          if (member == "reason")
            cause.reason = CauseText(in);
          else if (member == "message")
            cause.message = CauseText(in);
          else if (member == "field")
            cause.field = CauseText(in);
        });
        if (out.causes.size() < kCausesMax) out.causes.push_back(std::move(cause));
      });
    }
  });
}

}  // namespace

struct Decoder::Parser {
  JsonReader in;
  Canonicalizer canonicalizer;
};

Decoder::Decoder(SymbolTable& symbols) : parser_(std::make_unique<Parser>()), symbols_(symbols) {}
Decoder::~Decoder() = default;

JsonReader& Decoder::reader() { return parser_->in; }

Result<WatchFrame> Decoder::DecodeFrame(std::string_view line) {
  JsonReader& in = parser_->in;
  WatchFrame frame;
  in.Begin(line);
  in.Object([&](std::string_view key) {
    if (key == "type") {
      const std::string_view type = in.String();
      frame.type = TypeOf(type);
      if (frame.type == WatchEventType::kUnknown) frame.unknown_type = type;
    } else if (key == "object") {
      const std::string_view raw = in.RawObject();
      if (in.ok()) frame.object_json = line.substr(in.OffsetOf(raw), raw.size());
    }
  });
  WINDLASS_TRY([[maybe_unused]] const Unit whole, in.End());
  if (frame.object_json.empty()) return Malformed("object: is missing");
  return frame;
}

Result<Bookmark> Decoder::DecodeBookmark(std::string_view object_json) {
  JsonReader& in = parser_->in;
  Bookmark bookmark;
  in.Begin(object_json);
  in.Object([&](std::string_view key) {
    if (key != "metadata") return;
    bookmark = {};
    in.Object([&](std::string_view member) {
      if (member == "resourceVersion")
        bookmark.resource_version.text = in.String();
      else if (member == "annotations") {
        in.Object([&](std::string_view annotation) {
          if (annotation == kInitialEventsEnd) bookmark.initial_events_end = in.String() == "true";
        });
      }
    });
  });
  WINDLASS_TRY([[maybe_unused]] const Unit whole, in.End());
  if (bookmark.resource_version.empty()) return Malformed("metadata.resourceVersion: is missing");
  return bookmark;
}

Result<ListPage> Decoder::DecodeList(std::string_view body) {
  JsonReader& in = parser_->in;
  ListPage page;
  in.Begin(body);
  in.Object([&](std::string_view key) {
    if (key == "kind")
      page.kind = in.String();
    else if (key == "apiVersion")
      page.api_version = in.String();
    else if (key == "metadata")
      ReadListMeta(in, page);
    else if (key == "items") {
      page.items.clear();
      in.Array([&] {
        const std::string_view raw = in.RawObject();
        if (in.ok()) page.items.push_back(body.substr(in.OffsetOf(raw), raw.size()));
      });
    }
  });
  WINDLASS_TRY([[maybe_unused]] const Unit whole, in.End());
  if (!page.kind.ends_with("List"))
    return Malformed("kind: must end with List, but is \"" + page.kind + "\"");
  if (page.resource_version.empty()) return Malformed("metadata.resourceVersion: is missing");
  return page;
}

Result<ApiStatus> Decoder::DecodeStatus(std::string_view body) {
  JsonReader& in = parser_->in;
  ApiStatus status;
  std::string kind;
  in.Begin(body);
  in.Object([&](std::string_view key) {
    if (key == "kind")
      kind = in.String();
    else if (key == "status")
      status.failure = in.String() == "Failure";
    else if (key == "code")
      status.code = in.Int32();
    else if (key == "reason")
      status.reason = in.String();
    else if (key == "message")
      status.message = in.String();
    else if (key == "details")
      ReadStatusDetails(in, status);
  });
  WINDLASS_TRY([[maybe_unused]] const Unit whole, in.End());
  // The API server's timeout filter sends a Status without a kind. So a body without a kind also
  // counts as a Status if it has status "Failure" and a code.
  const bool is_status = kind == "Status" || (kind.empty() && status.failure && status.code > 0);
  if (!is_status) return Malformed("kind: must be Status, not \"" + kind + "\"");
  return status;
}

Result<TypeMeta> Decoder::DecodeTypeMeta(std::string_view object_json) {
  JsonReader& in = parser_->in;
  TypeMeta meta;
  in.Begin(object_json);
  in.Object([&](std::string_view key) {
    if (key == "apiVersion")
      meta.api_version = in.String();
    else if (key == "kind")
      meta.kind = in.String();
  });
  WINDLASS_TRY([[maybe_unused]] const Unit whole, in.End());
  return meta;
}

Result<ObjectIdentity> Decoder::DecodeIdentity(std::string_view object_json) {
  JsonReader& in = parser_->in;
  ObjectIdentity identity;
  in.Begin(object_json);
  in.Object([&](std::string_view key) {
    if (key != "metadata") return;
    identity = {};
    in.Object([&](std::string_view member) {
      if (member == "name")
        identity.key.name = in.String();
      else if (member == "namespace")
        identity.key.namespace_ = symbols_.Intern(in.String());
      else if (member == "uid")
        ReadUid(in, identity.uid);
      else if (member == "resourceVersion")
        identity.resource_version.text = in.String();
    });
  });
  WINDLASS_TRY([[maybe_unused]] const Unit whole, in.End());
  if (identity.key.name.empty()) return Malformed("metadata.name: is missing");
  return identity;
}

Result<std::optional<OwnerReference>> Decoder::DecodeController(std::string_view object_json) {
  JsonReader& in = parser_->in;
  ObjectMeta meta;
  in.Begin(object_json);
  in.Object([&](std::string_view key) {
    if (key != "metadata") return;
    in.Object([&](std::string_view member) {
      if (member == "ownerReferences") ReadOwnerReferences(in, symbols_, meta.owner_references);
    });
  });
  WINDLASS_TRY([[maybe_unused]] const Unit whole, in.End());
  const OwnerReference* controller = meta.ControllerRef();
  return controller == nullptr ? std::nullopt : std::optional<OwnerReference>(*controller);
}

Result<TemplateFingerprints> Decoder::FingerprintTemplate(const ObjectMeta& meta,
                                                          std::string_view raw) {
  const Fingerprint text = FingerprintOf(raw);
  if (const auto known = interests_.KnownTemplate(meta, text)) {
    return TemplateFingerprints{text, *known};
  }
  Result<std::string_view> canonical = parser_->canonicalizer.Canonical(raw);
  if (!canonical.ok()) return std::move(canonical).error().Context("spec.template");
  return TemplateFingerprints{text, FingerprintOf(*canonical)};
}

}  // namespace windlass
