#include "test/tidy/citations.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <optional>
#include <string_view>

namespace windlass::tidy {
namespace {

constexpr std::string_view kRows = "test/contract/rules.txt";
constexpr std::string_view kDesign = "docs/design/";
constexpr std::string_view kMarkdown = ".md";
constexpr std::string_view kSectionSign = "\u00a7";

bool IsDigit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }
bool IsUpper(char c) { return std::isupper(static_cast<unsigned char>(c)) != 0; }
bool IsLower(char c) { return std::islower(static_cast<unsigned char>(c)) != 0; }
bool IsAlnum(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; }
// Returns true for the characters of a word: "D-261", "002-single-steps".
bool IsWordByte(char c) { return IsAlnum(c) || c == '_' || c == '-'; }
bool IsPathByte(char c) { return IsWordByte(c) || c == '.' || c == '/' || c == ':'; }

// Returns the character at `at`, or a space if `at` is outside of `text`.
char At(std::string_view text, size_t at) { return at < text.size() ? text[at] : ' '; }

std::vector<std::string_view> WordsOf(std::string_view line) {
  std::vector<std::string_view> words;
  for (size_t begin = 0; begin < line.size();) {
    size_t end = begin;
    while (end < line.size() && IsWordByte(line[end])) ++end;
    if (end > begin) words.push_back(line.substr(begin, end - begin));
    begin = end + 1;
  }
  return words;
}

// --- what may be cited ---

// Returns a heading as links name it: "What it cannot do" is "what-it-cannot-do".
std::string AnchorOf(std::string_view heading) {
  std::string anchor;
  for (const char c : heading) {
    if (c == ' ') {
      anchor += '-';
    } else if (IsWordByte(c)) {
      anchor += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    }
  }
  return anchor;
}

void AddHeadings(const Source& page, Citable& citable) {
  bool code = false;
  for (const std::string& line : page.lines) {
    if (line.starts_with("```")) code = !code;
    const size_t text = line.find_first_not_of('#');
    if (code || text == 0 || text == std::string::npos || line[text] != ' ') continue;
    citable.headings.insert(page.path + "#" + AnchorOf(line.substr(text + 1)));
  }
}

// --- rules ---

// Returns true for a rule id: one to three capitals, or E2E, then a dash, two or three digits, and
// perhaps a small letter.
bool IsRuleId(std::string_view word) {
  const size_t dash = word.find('-');
  if (dash == std::string_view::npos || dash == 0 || dash > 3) return false;
  const std::string_view family = word.substr(0, dash);
  if (family != "E2E" && !std::ranges::all_of(family, IsUpper)) return false;
  std::string_view number = word.substr(dash + 1);
  if (!number.empty() && IsLower(number.back())) number.remove_suffix(1);
  return (number.size() == 2 || number.size() == 3) && std::ranges::all_of(number, IsDigit);
}

// Returns true for a name of another project that looks like a rule id.
bool IsName(std::string_view word) { return word == "P-256"; }

// --- pages ---

// Returns true if the name begins that of a page in docs/design: "002-single-steps" and "002" begin
// docs/design/002-single-steps.md.
bool IsDesign(std::string_view name, const Citable& citable) {
  const std::string begin = std::string(kDesign) + std::string(name);
  const auto page = citable.pages.lower_bound(begin);
  return page != citable.pages.end() && page->starts_with(begin);
}

bool LooksLikeDesign(std::string_view word) {
  return word.size() > 4 && word[0] == '0' && IsDigit(word[1]) && IsDigit(word[2]) &&
         word[3] == '-' && IsLower(word[4]);
}

// Returns the page that the file at `path` means by `cited`: a path from the root, or from the
// file's own folder. Returns nullopt if there is no such page.
std::optional<std::string> PageOf(std::string_view path, std::string_view cited,
                                  const Citable& citable) {
  const std::filesystem::path folder = std::filesystem::path(path).parent_path();
  for (const auto& page : {std::filesystem::path(cited), folder / cited}) {
    const std::string name = page.lexically_normal().generic_string();
    if (citable.pages.contains(name)) return name;
  }
  return std::nullopt;
}

// Returns true if `cited` is a page. A name without a folder may be that of a page in any folder.
bool IsPage(std::string_view path, std::string_view cited, const Citable& citable) {
  if (PageOf(path, cited, citable)) return true;
  return cited.find('/') == std::string_view::npos &&
         std::ranges::any_of(citable.pages, [&](const std::string& page) {
           return page.ends_with("/" + std::string(cited));
         });
}

// Returns the pages that `line` names. Leaves out web addresses, and paths that a program puts
// together ("$root/CHANGELOG.md").
std::vector<std::string_view> PagesIn(std::string_view line) {
  std::vector<std::string_view> pages;
  for (size_t at = line.find(kMarkdown); at != std::string_view::npos;
       at = line.find(kMarkdown, at + 1)) {
    const size_t end = at + kMarkdown.size();
    if (IsAlnum(At(line, end)) || At(line, end) == '_') continue;
    size_t begin = at;
    while (begin > 0 && IsPathByte(line[begin - 1])) --begin;
    const std::string_view page = line.substr(begin, end - begin);
    const char before = At(line, begin - 1);
    const bool made = page.starts_with("/") || before == '$' || before == '}' || before == '*';
    if (begin < at && !made && page.find("://") == std::string_view::npos) pages.push_back(page);
  }
  return pages;
}

// Returns the targets of links to a heading, "metrics.md#totals" or "#totals", in a line of
// Markdown.
std::vector<std::string_view> HeadingsIn(std::string_view line) {
  std::vector<std::string_view> targets;
  for (size_t at = line.find("]("); at != std::string_view::npos; at = line.find("](", at + 1)) {
    const size_t close = line.find(')', at);
    if (close == std::string_view::npos) break;
    const std::string_view target = line.substr(at + 2, close - at - 2);
    if (target.find('#') != std::string_view::npos && target.find(':') == std::string_view::npos) {
      targets.push_back(target);
    }
  }
  return targets;
}

bool IsHeading(std::string_view path, std::string_view target, const Citable& citable) {
  const size_t hash = target.find('#');
  const auto page =
      hash == 0 ? std::string(path) : PageOf(path, target.substr(0, hash), citable).value_or("");
  return citable.headings.contains(page + std::string(target.substr(hash)));
}

// --- sections ---

// Returns true if the line has a letter from A to F, a point, and one or two digits.
bool HoldsLetteredSection(std::string_view line) {
  for (size_t i = 0; i + 2 < line.size(); ++i) {
    const char before = At(line, i - 1);
    if (line[i] < 'A' || line[i] > 'F' || line[i + 1] != '.' || !IsDigit(line[i + 2])) continue;
    if (IsWordByte(before) || before == '.' || before == '"' || before == '\'') continue;
    const size_t end = i + (IsDigit(At(line, i + 3)) ? 4 : 3);
    if (!IsAlnum(At(line, end)) && (At(line, end) != '.' || !IsAlnum(At(line, end + 1)))) {
      return true;
    }
  }
  return false;
}

// Returns true if the line has the word section, decision or appendix, then a number or a letter.
bool HoldsNamedSection(std::string_view line) {
  for (const std::string_view word : {"ection ", "ections ", "ecision ", "ppendix "}) {
    for (size_t at = line.find(word); at != std::string_view::npos; at = line.find(word, at + 1)) {
      const char first = At(line, at + word.size());
      const char second = At(line, at + word.size() + 1);
      if (IsDigit(first) || (first >= 'A' && first <= 'F' && !IsWordByte(second))) return true;
    }
  }
  return false;
}

bool CitesSection(const Source& source, size_t line) {
  const std::string_view text = source.lines[line];
  const size_t sign = text.find(kSectionSign);
  if (sign != std::string_view::npos) return text.substr(0, sign).find("RFC ") == text.npos;
  constexpr std::string_view kWritten[] = {".cc", ".h", ".go", ".sh", ".script", ".txt", ".cmake"};
  return std::ranges::any_of(kWritten, [&](auto end) { return source.path.ends_with(end); }) &&
         (HoldsLetteredSection(text) || HoldsNamedSection(text));
}

}  // namespace

Citable CitableIn(const std::vector<Source>& tree) {
  Citable citable;
  for (const Source& source : tree) {
    if (source.path == kRows) {
      for (const std::string& row : source.lines) {
        const std::string id = row.substr(0, row.find(' '));
        if (IsRuleId(id)) citable.rules.insert(id);
      }
    } else if (source.path.ends_with(kMarkdown)) {
      citable.pages.insert(source.path);
      AddHeadings(source, citable);
    }
  }
  return citable;
}

std::vector<Finding> CheckCitations(const Source& source, const Citable& citable) {
  std::vector<Finding> findings;
  if (source.path.starts_with("docs/rules/") || source.path == "test/tidy/tidy_test.cc") return {};
  const auto find = [&](size_t line, std::string_view cited, const std::string& what) {
    findings.push_back({source.path, line + 1, "citation", std::string(cited) + ": " + what});
  };
  for (size_t i = 0; i < source.lines.size(); ++i) {
    const std::string& line = source.lines[i];
    for (const std::string_view word : WordsOf(line)) {
      if (IsRuleId(word) && !IsName(word) && !citable.rules.contains(word)) {
        find(i, word, "no row of " + std::string(kRows));
      } else if (LooksLikeDesign(word) && !IsDesign(word, citable)) {
        find(i, word, "no page of " + std::string(kDesign));
      }
    }
    for (size_t at = line.find(kDesign); at != std::string::npos; at = line.find(kDesign, at + 1)) {
      const std::string_view rest = std::string_view(line).substr(at + kDesign.size());
      const std::string_view name = rest.substr(0, 3);
      if (!name.empty() && IsDigit(name[0]) && !IsDesign(name, citable)) {
        find(i, name, "no page of " + std::string(kDesign));
      }
    }
    for (const std::string_view page : PagesIn(line)) {
      if (!IsPage(source.path, page, citable)) find(i, page, "no page of the repository");
    }
    if (source.path.ends_with(kMarkdown)) {
      for (const std::string_view target : HeadingsIn(line)) {
        if (!IsHeading(source.path, target, citable)) find(i, target, "no such heading");
      }
    }
    if (CitesSection(source, i)) find(i, "section", "cite a rule, or a page of the repository");
  }
  return findings;
}

}  // namespace windlass::tidy
