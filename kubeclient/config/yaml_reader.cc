#include "kubeclient/config/yaml_reader.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <optional>
#include <sstream>
#include <utility>

namespace windlass {
namespace {

Error Wrong(int line, const std::string& what) {
  return {ErrorKind::kConfig, "line " + std::to_string(line) + ": " + what};
}

int LineOf(const YAML::Mark& mark) { return mark.line + 1; }

// Builds the tree from the parser's events. The parser cannot be stopped, so TreeBuilder ignores
// every event after the first error. The library bounds its own recursion; the caller bounds the
// size of the input.
class TreeBuilder final : public YAML::EventHandler {
 public:
  void OnDocumentStart(const YAML::Mark& mark) override { start_ = mark; }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    if (!Check(mark, anchor)) return;
    Place(NodeAt(mark, YamlNode::Kind::kNull));
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    Fail(mark, "aliases are not supported: write the value out");
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    if (!Check(mark, anchor)) return;
    YamlNode node = NodeAt(mark, YamlNode::Kind::kScalar);
    node.scalar = value;
    node.plain = tag == "?";
    Place(std::move(node));
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    Open(mark, anchor, YamlNode::Kind::kSequence);
  }
  void OnSequenceEnd() override { Close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    Open(mark, anchor, YamlNode::Kind::kMap);
  }
  void OnMapEnd() override { Close(); }

  // Where the document begins.
  const YAML::Mark& start() const { return start_; }

  Result<YamlNode> Take() {
    if (error_) return *std::move(error_);
    return std::move(root_);
  }

 private:
  // A map or sequence that is being read. `key`: in a map, the key whose value comes next.
  struct Level {
    YamlNode node;
    std::string key;
    bool has_key = false;
  };

  static YamlNode NodeAt(const YAML::Mark& mark, YamlNode::Kind kind) {
    YamlNode node;
    node.kind = kind;
    node.line = LineOf(mark);
    return node;
  }

  void Fail(const YAML::Mark& mark, const std::string& what) { Fail(LineOf(mark), what); }
  void Fail(int line, const std::string& what) {
    if (!error_) error_ = Wrong(line, what);
  }

  bool Check(const YAML::Mark& mark, YAML::anchor_t anchor) {
    if (anchor != YAML::NullAnchor) Fail(mark, "anchors are not supported: write the value out");
    return !error_;
  }

  void Open(const YAML::Mark& mark, YAML::anchor_t anchor, YamlNode::Kind kind) {
    if (!Check(mark, anchor)) return;
    if (levels_.size() >= static_cast<size_t>(kYamlDepthMax)) {
      Fail(mark, "nested deeper than " + std::to_string(kYamlDepthMax) + " levels");
      return;
    }
    levels_.push_back({NodeAt(mark, kind), {}, false});
  }

  void Close() {
    if (error_) return;
    YamlNode node = std::move(levels_.back().node);
    levels_.pop_back();
    Place(std::move(node));
  }

  // Stores a finished node as the root, an item of a sequence, a key of a map or a key's value.
  void Place(YamlNode node) {
    if (levels_.empty()) {
      root_ = std::move(node);
      return;
    }
    Level& level = levels_.back();
    if (level.node.kind == YamlNode::Kind::kSequence) {
      level.node.items.push_back(std::move(node));
    } else if (level.has_key) {
      level.node.fields.push_back({std::move(level.key), std::move(node)});
      level.has_key = false;
    } else if (node.kind != YamlNode::Kind::kScalar) {
      Fail(node.line, "a key must be a text, and not a list or a mapping");
    } else {
      const auto same = [&node](const auto& field) { return field.key == node.scalar; };
      if (std::any_of(level.node.fields.begin(), level.node.fields.end(), same)) {
        Fail(node.line, "the key \"" + node.scalar + "\" is defined twice: remove one");
      }
      level.key = std::move(node.scalar);
      level.has_key = true;
    }
  }

  YAML::Mark start_;
  std::vector<Level> levels_;
  YamlNode root_;
  std::optional<Error> error_;
};

}  // namespace

const YamlNode* YamlNode::Find(std::string_view key) const {
  for (const auto& [name, value] : fields) {
    if (name == key) return value.IsNull() ? nullptr : &value;
  }
  return nullptr;
}

Result<std::vector<YamlNode>> ParseYamlDocuments(const std::string& text) {
  if (const size_t nul = text.find('\0'); nul != std::string::npos) {
    const auto end = text.begin() + static_cast<std::ptrdiff_t>(nul);
    return Wrong(1 + static_cast<int>(std::count(text.begin(), end, '\n')),
                 "a NUL character: this is not a text file");
  }
  std::vector<YamlNode> documents;
  try {
    std::istringstream in(text);
    YAML::Parser parser(in);
    std::optional<int> before;
    for (;;) {
      TreeBuilder builder;
      if (!parser.HandleNextDocument(builder)) return documents;
      // If the library has read nothing, it has met a character that cannot begin a document, such
      // as "]".
      const YAML::Mark& start = builder.start();
      if (before == start.pos) return Wrong(LineOf(start), "a character that cannot begin a value");
      before = start.pos;
      WINDLASS_TRY(YamlNode document, builder.Take());
      if (document.IsNull()) continue;
      documents.push_back(std::move(document));
    }
  } catch (const YAML::Exception& failure) {
    return Wrong(LineOf(failure.mark), failure.msg);
  } catch (const std::exception& failure) {
    return Wrong(1, failure.what());
  }
}

Result<YamlNode> ParseYaml(const std::string& text) {
  WINDLASS_TRY(std::vector<YamlNode> documents, ParseYamlDocuments(text));
  if (documents.empty()) return YamlNode{};
  if (documents.size() == 1) return std::move(documents.front());
  return Wrong(documents[1].line, "more than one document: only one is expected");
}

}  // namespace windlass
