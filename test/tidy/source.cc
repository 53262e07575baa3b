#include "test/tidy/source.h"

#include <algorithm>
#include <cctype>
#include <fstream>
#include <sstream>

namespace windlass::tidy {
namespace {

bool IsWord(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

// Replaces comments and literals of C++ text by blanks; lines end where they ended.
class Stripper {
 public:
  explicit Stripper(std::string_view text) : text_(text) {}

  std::string Run() {
    while (at_ < text_.size()) {
      if (Starts("//")) {
        SkipTo("\n", false);
      } else if (Starts("/*")) {
        SkipTo("*/", true);
      } else if (Starts("R\"") && !After(IsWord)) {
        const size_t open = text_.find('(', at_);
        if (open == std::string_view::npos) break;
        SkipTo(")" + std::string(text_.substr(at_ + 2, open - at_ - 2)) + "\"", true);
      } else if (text_[at_] == '"' || (text_[at_] == '\'' && !After(IsWord))) {
        SkipLiteral(text_[at_]);
      } else {
        out_ += text_[at_++];
      }
    }
    return std::move(out_);
  }

 private:
  bool Starts(std::string_view what) const { return text_.substr(at_).starts_with(what); }
  // 1'000'000 has no character literal, and FOR"x" is no raw string.
  bool After(bool (*is)(char)) const { return at_ > 0 && is(text_[at_ - 1]); }

  void SkipTo(std::string_view end, bool inclusive) {
    const size_t found = text_.find(end, at_ + 2);
    const size_t stop = found == std::string_view::npos ? text_.size()
                        : inclusive                     ? found + end.size()
                                                        : found;
    for (; at_ < stop; ++at_) {
      if (text_[at_] == '\n') out_ += '\n';
    }
  }

  void SkipLiteral(char quote) {
    out_ += quote;
    for (++at_; at_ < text_.size() && text_[at_] != quote && text_[at_] != '\n'; ++at_) {
      if (text_[at_] == '\\') ++at_;
    }
    out_ += quote;
    if (at_ < text_.size() && text_[at_] == quote) ++at_;
  }

  std::string_view text_;
  size_t at_ = 0;
  std::string out_;
};

std::vector<std::string> Lines(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

bool IsText(const std::filesystem::path& path) {
  constexpr std::string_view kEndings[] = {".cc", ".h",    ".go",   ".cmake", ".sh",    ".md",
                                           ".in", ".yaml", ".json", ".txt",   ".script"};
  constexpr std::string_view kNames[] = {"Makefile", "Dockerfile", "run",   "up",
                                         "down",     "build",      "status"};
  const std::string ending = path.extension().string();
  const std::string name = path.filename().string();
  return std::ranges::find(kEndings, ending) != std::end(kEndings) ||
         std::ranges::find(kNames, name) != std::end(kNames);
}

bool IsOurs(const std::filesystem::path& folder, const std::filesystem::path& root) {
  const std::string name = folder.filename().string();
  if (name == ".ci") return true;
  const bool build = folder.parent_path() == root && name.starts_with("build");
  return !build && !name.starts_with(".");
}

}  // namespace

Source MakeSource(std::string path, std::string_view text) {
  Source source{.path = std::move(path), .lines = Lines(std::string(text)), .code = {}};
  source.code = IsCpp(source.path) ? Lines(Stripper(text).Run()) : source.lines;
  source.code.resize(source.lines.size());
  return source;
}

std::vector<Source> ReadTree(const std::filesystem::path& root) {
  std::vector<Source> tree;
  auto entry = std::filesystem::recursive_directory_iterator(root);
  for (; entry != std::filesystem::recursive_directory_iterator(); ++entry) {
    if (entry->is_directory()) {
      if (!IsOurs(entry->path(), root)) entry.disable_recursion_pending();
    } else if (entry->is_regular_file() && IsText(entry->path())) {
      std::ostringstream text;
      text << std::ifstream(entry->path()).rdbuf();
      tree.push_back(
          MakeSource(entry->path().lexically_relative(root).generic_string(), text.str()));
    }
  }
  std::ranges::sort(tree, {}, &Source::path);
  return tree;
}

bool IsHeader(std::string_view path) { return path.ends_with(".h"); }
bool IsCpp(std::string_view path) { return path.ends_with(".cc") || IsHeader(path); }

Include IncludeOf(const Source& source, size_t line) {
  if (!source.code[line].starts_with("#include")) return {};
  // Reads the line as written, because stripping empties the quoted form.
  const std::string& text = source.lines[line];
  const size_t open = text.find_first_of("\"<");
  if (open == std::string::npos) return {};
  const size_t close = text.find(text[open] == '<' ? '>' : '"', open + 1);
  return {text.substr(open + 1, close - open - 1), text[open] == '"'};
}

}  // namespace windlass::tidy
