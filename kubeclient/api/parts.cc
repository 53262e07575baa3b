#include "kubeclient/api/parts.h"

#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "kubeclient/api/json_reader.h"
#include "kubeclient/api/json_value.h"

namespace windlass {
namespace {

using Type = JsonReader::Type;

// The parts to keep, as a tree of member names. Example: for the part "/metadata/name" the root has
// a member "metadata", under which the member "name" has `whole` true.
struct PartTree {
  std::map<std::string, PartTree, std::less<>> members{};
  bool whole = false;  // this member is kept with all its content
};

PartTree TreeOf(std::span<const std::string_view> pointers) {
  PartTree root;
  for (const std::string_view pointer : pointers) {
    std::vector<std::string> path;
    nlohmann::json::json_pointer rest{std::string(pointer)};
    for (; !rest.empty(); rest.pop_back()) path.push_back(rest.back());
    PartTree* node = &root;
    for (auto name = path.rbegin(); name != path.rend(); ++name) node = &node->members[*name];
    node->whole = true;
  }
  return root;
}

class Writer {
 public:
  explicit Writer(JsonReader& in) : in_(in) {}

  // Writes those members of the current value that `node` names. Writes {} if the current value is
  // not an object.
  void Members(const PartTree& node) {
    bool first = true;
    text_ += '{';
    if (in_.type() == Type::kObject) {
      in_.Object([&](std::string_view key) {
        const auto member = node.members.find(key);
        if (member == node.members.end() || is_full()) return;
        text_ += first ? "" : ",";
        first = false;
        text_ += DumpJson(nlohmann::json(key)) + ":";
        if (member->second.whole) {
          Value();
        } else {
          Members(member->second);
        }
      });
    }
    text_ += '}';
  }

  void Items(const PartTree& node) {
    bool first = true;
    text_ += '[';
    in_.Array([&] {
      if (is_full()) return;
      text_ += first ? "" : ",";
      first = false;
      Members(node);
    });
    text_ += ']';
  }

  bool is_full() const { return text_.size() > kPartsBytesMax; }
  std::string& text() { return text_; }

 private:
  void Value() {
    switch (in_.type()) {
      case Type::kObject: text_ += in_.RawObject(); return;
      case Type::kString: text_ += DumpJson(nlohmann::json(in_.String())); return;
      case Type::kNumber: text_ += in_.Number(); return;
      case Type::kBool: text_ += in_.Bool() ? "true" : "false"; return;
      case Type::kNull:
        in_.Null();
        text_ += "null";
        return;
      case Type::kArray: break;
    }
    bool first = true;
    text_ += '[';
    in_.Array([&] {
      text_ += first ? "" : ",";
      first = false;
      Value();
    });
    text_ += ']';
  }

  JsonReader& in_;
  std::string text_;
};

Result<std::string> TextIn(JsonReader& in, Writer& writer) {
  if (const Status whole = in.End(); !whole.ok()) return whole.error();
  if (writer.is_full()) {
    return Error{ErrorKind::kTooLarge, "the kept parts of the answer are larger than " +
                                           std::to_string(kPartsBytesMax >> 20U) + " MiB"};
  }
  // The reader copies a part as raw text and does not validate it, so we validate it here.
  if (!nlohmann::json::accept(writer.text())) {
    return Error{ErrorKind::kMalformed, "the kept parts of the answer are not JSON"};
  }
  return std::move(writer.text());
}

}  // namespace

Result<std::string> KeepPartsOfItems(std::string_view list,
                                     std::span<const std::string_view> pointers) {
  const PartTree node = TreeOf(pointers);
  JsonReader in;
  Writer writer(in);
  bool has_items = false;
  in.Begin(list);
  in.AllMembers([&](std::string_view key) {
    if (key != "items" || std::exchange(has_items, true)) return;
    writer.text() += R"({"items":)";
    if (in.type() == Type::kNull) {  // Go writes an empty list as null
      in.Null();
      writer.text() += "null";
    } else {
      writer.Items(node);
    }
    writer.text() += '}';
  });
  Result<std::string> text = TextIn(in, writer);
  if (text.ok() && !has_items) return Error{ErrorKind::kMalformed, "items is missing"};
  return text;
}

Result<std::string> KeepParts(std::string_view object, std::span<const std::string_view> pointers) {
  JsonReader in;
  Writer writer(in);
  in.Begin(object);
  writer.Members(TreeOf(pointers));
  return TextIn(in, writer);
}

}  // namespace windlass
