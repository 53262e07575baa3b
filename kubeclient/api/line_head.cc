#include "kubeclient/api/line_head.h"

#include <string>

#include "kubeclient/api/json_reader.h"

namespace windlass {
namespace {

// A position in a JSON text: which objects and lists are open there, and whether the position is
// inside a string.
class Place {
 public:
  void Pass(char c) {
    if (in_string_) {
      in_string_ = escaped_ || c != '"';
      escaped_ = !escaped_ && c == '\\';
      return;
    }
    if (c == '"') in_string_ = true;
    if (c == '{') open_ += '}';
    if (c == '[') open_ += ']';
    if ((c == '}' || c == ']') && !open_.empty()) open_.pop_back();
  }
  bool in_string() const { return in_string_; }
  // Returns the brackets that close all open objects and lists, the innermost first.
  std::string Ends() const { return {open_.rbegin(), open_.rend()}; }

 private:
  std::string open_;
  bool in_string_ = false;
  bool escaped_ = false;
};

// Returns `head` as a whole document, without the member or element that may be cut off.
// Example: {"a":{"b":1,"c":"x  becomes  {"a":{"b":1}}
std::string Completed(std::string_view head) {
  size_t last_comma = 0;
  Place place;
  for (size_t i = 0; i < head.size(); ++i) {
    place.Pass(head[i]);
    if (head[i] == ',' && !place.in_string()) last_comma = i;
  }
  std::string whole(head.substr(0, last_comma));
  Place at_comma;
  for (const char c : whole) at_comma.Pass(c);
  return whole + at_comma.Ends();
}

}  // namespace

Result<LineHead> DecodeLineHead(Decoder& decoder, std::string_view head) {
  // The decoder reads only whole documents, so `head` is completed first.
  const std::string line = Completed(head);
  WINDLASS_TRY(const WatchFrame frame, decoder.DecodeFrame(line));
  LineHead read{frame.type, {}};
  WINDLASS_TRY(read.object.identity, decoder.DecodeIdentity(frame.object_json));
  const ObjectIdentity& identity = read.object.identity;
  if (identity.uid.IsZero() || identity.resource_version.empty()) {
    return Error{ErrorKind::kMalformed, "metadata: is cut off"};
  }
  // `head` may be cut off within the metadata. A member after the metadata proves that the metadata
  // is complete.
  bool metadata_seen = false;
  read.object.owners_readable = false;
  JsonReader& in = decoder.reader();
  in.Begin(frame.object_json);
  in.Object([&](std::string_view key) {
    if (metadata_seen) read.object.owners_readable = true;
    metadata_seen = metadata_seen || key == "metadata";
  });
  if (!read.object.owners_readable) return read;
  WINDLASS_TRY(read.object.controller, decoder.DecodeController(frame.object_json));
  return read;
}

}  // namespace windlass
