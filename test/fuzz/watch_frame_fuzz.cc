// One line of a watch: its parts, and the bookmark that it may contain.
#include <nlohmann/json.hpp>
#include <string>

#include "kubeclient/api/decode.h"
#include "kubeclient/base/assert.h"
#include "test/fuzz/input.h"
#include "test/fuzz/json_text.h"

namespace windlass::fuzz {
namespace {

using nlohmann::json;

// Sets `out` to the member if it is a text. Returns false if the member is neither a text nor
// absent.
bool TextOrAbsent(const json& object, const char* key, std::string& out) {
  const auto found = object.find(key);
  if (found == object.end() || found->is_null()) return true;
  if (!found->is_string()) return false;
  out = found->get<std::string>();
  return true;
}

void CheckBookmark(const Result<Bookmark>& bookmark, const json& object) {
  if (!bookmark.ok()) return;
  std::string version;
  const json& metadata = object.at("metadata");
  WL_ASSERT(TextOrAbsent(metadata, "resourceVersion", version));
  WL_ASSERT(!version.empty() && version == bookmark->resource_version.text);
  const json::json_pointer end("/annotations/k8s.io~1initial-events-end");
  WL_ASSERT(bookmark->initial_events_end == (metadata.contains(end) && metadata[end] == "true"));
}

void Check(std::string_view line) {
  static SymbolTable symbols;
  static Decoder decoder(symbols);
  const Result<WatchFrame> frame = decoder.DecodeFrame(line);
  const auto plain = PlainJson(line);
  if (plain) {
    std::string type;
    const bool is_frame = plain->is_object() && TextOrAbsent(*plain, "type", type) &&
                          plain->contains("object") && (*plain)["object"].is_object();
    WL_ASSERT(frame.ok() == is_frame);
    WL_ASSERT(!is_frame || (frame->type == WatchEventType::kModified) == (type == "MODIFIED"));
  }
  if (!frame.ok()) {
    WL_ASSERT(frame.error().kind == ErrorKind::kMalformed);
    return;
  }
  const std::string_view object = frame->object_json;
  WL_ASSERT(object.data() >= line.data());
  WL_ASSERT(object.data() + object.size() <= line.data() + line.size());
  WL_ASSERT(object.front() == '{' && object.back() == '}');
  const Result<Bookmark> bookmark = decoder.DecodeBookmark(object);
  if (!plain) return;  // the content of the object is not validated
  WL_ASSERT(json::parse(object) == (*plain)["object"]);
  CheckBookmark(bookmark, (*plain)["object"]);

  const std::string wrapped = R"({"object":)" + std::string(object) + R"(,"type":"ADDED"})";
  const Result<WatchFrame> again = decoder.DecodeFrame(wrapped);
  WL_ASSERT(again.ok() && again->object_json == object && again->type == WatchEventType::kAdded);
}

const Target kTarget("watch_frame", &Check);

}  // namespace
}  // namespace windlass::fuzz
