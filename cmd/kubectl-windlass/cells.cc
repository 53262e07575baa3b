#include "cmd/kubectl-windlass/cells.h"

#include <locale.h>
#include <wchar.h>
#include <wctype.h>

#include <algorithm>

namespace windlass::cli {
namespace {

constexpr char32_t kLastCharacter = 0x10FFFF;
constexpr char32_t kEllipsis = 0x2026;

// While an object of this class exists, the thread that created it reads characters as UTF-8:
// LC_CTYPE of the thread is C.UTF-8, a locale that is part of the C library.
class UnicodeCharacters {
 public:
  UnicodeCharacters() : before_(uselocale(Locale())) {}
  ~UnicodeCharacters() { uselocale(before_); }
  UnicodeCharacters(const UnicodeCharacters&) = delete;
  UnicodeCharacters& operator=(const UnicodeCharacters&) = delete;

  // Returns false if the C library lacks the locale. In this case FirstOf cannot read any character
  // that is not ASCII.
  static bool There() { return Locale() != nullptr; }

 private:
  static locale_t Locale() {
    static const locale_t kUnicode = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
    return kUnicode;
  }

  const locale_t before_;
};

// The first character of a text.
struct Character {
  size_t bytes = 1;
  char32_t code = U'?';
  bool readable = true;  // false: one byte that is not UTF-8
};

Character FirstOf(std::string_view text) {
  const auto byte = static_cast<unsigned char>(text.front());
  if (byte < 0x80U) return {1, byte};
  constexpr Character kUnreadable{1, U'?', false};
  if (!UnicodeCharacters::There()) return kUnreadable;
  wchar_t wide = 0;
  mbstate_t state{};
  const size_t bytes = mbrtowc(&wide, text.data(), text.size(), &state);
  const auto code = static_cast<char32_t>(wide);
  const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
  if (bytes > text.size() || code > kLastCharacter || surrogate) return kUnreadable;
  return {bytes, code};
}

size_t CellsOf(const Character& character) {
  if (character.code >= U' ' && character.code < 0x7F) return 1;
  const int cells = wcwidth(static_cast<wchar_t>(character.code));
  // wcwidth returns -1 for a character that is newer than the C library. Most such characters are
  // one cell wide.
  return cells < 0 ? 1 : static_cast<size_t>(cells);
}

// Returns true for the Unicode characters that begin or end another direction of writing, such as
// U+202E. A terminal would also reverse the text that follows in the same line.
bool TurnsDirection(char32_t code) {
  return (code >= 0x202A && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069);
}

// Returns how many bytes at the beginning of `text` fit into `cells` cells. The first character is
// always counted, even if it is wider than `cells`.
size_t BytesWithin(std::string_view text, size_t cells) {
  size_t bytes = 0;
  for (size_t used = 0; bytes < text.size();) {
    const Character character = FirstOf(text.substr(bytes));
    used += CellsOf(character);
    if (used > cells && bytes > 0) break;
    bytes += character.bytes;
  }
  return bytes;
}

}  // namespace

std::string Printable(std::string_view text, bool ascii) {
  const UnicodeCharacters unicode;
  std::string line;
  line.reserve(text.size());
  while (!text.empty()) {
    const Character character = FirstOf(text);
    const bool obeyed =
        iswcntrl(static_cast<wint_t>(character.code)) != 0 || TurnsDirection(character.code);
    if (obeyed) {
      line += ' ';
    } else if (character.readable && (!ascii || character.code < 0x80)) {
      line += text.substr(0, character.bytes);
    } else if (character.code == kEllipsis) {
      line += "...";
    } else if (CellsOf(character) > 0) {
      line += '?';
    }
    text.remove_prefix(character.bytes);
  }
  return line;
}

size_t CellsOf(std::string_view text) {
  const UnicodeCharacters unicode;
  size_t cells = 0;
  while (!text.empty()) {
    const Character character = FirstOf(text);
    cells += CellsOf(character);
    text.remove_prefix(character.bytes);
  }
  return cells;
}

std::string Cut(std::string_view text, size_t cells) {
  if (cells == 0) return "";
  const UnicodeCharacters unicode;
  return std::string(text.substr(0, BytesWithin(text, cells)));
}

std::vector<std::string> Wrap(std::string_view text, size_t first, size_t rest) {
  const UnicodeCharacters unicode;
  std::vector<std::string> lines(1);
  size_t used = 0;
  size_t room = first;
  while (!text.empty()) {
    const size_t blanks = std::min(text.find_first_not_of(' '), text.size());
    std::string_view word = text.substr(blanks);
    word = word.substr(0, word.find(' '));
    text.remove_prefix(blanks + word.size());
    if (word.empty()) break;
    const size_t cells = CellsOf(word);
    if (used + blanks + cells <= room) {
      lines.back().append(blanks, ' ').append(word);
      used += blanks + cells;
      continue;
    }
    for (bool fresh = lines.back().empty(); !word.empty(); fresh = false) {
      if (!fresh) {
        lines.emplace_back();
        room = rest;
      }
      const size_t bytes = BytesWithin(word, room);
      lines.back() = word.substr(0, bytes);
      used = CellsOf(lines.back());
      word.remove_prefix(bytes);
    }
  }
  return lines;
}

namespace {

// Returns a time in two units, for example "5m30s". Leaves out the smaller unit if it is 0: "3h".
std::string Two(int64_t large, const char* large_unit, int64_t small, const char* small_unit) {
  std::string text = std::to_string(large) + large_unit;
  if (small > 0) text += std::to_string(small) + small_unit;
  return text;
}

}  // namespace

// The format changes at the same ages as in k8s.io/apimachinery/pkg/util/duration.
std::string AgeText(seconds age) {
  const int64_t s = std::max<int64_t>(0, age.count());
  const int64_t m = s / 60;
  const int64_t h = m / 60;
  const int64_t d = h / 24;
  if (s < 120) return std::to_string(s) + 's';
  if (m < 10) return Two(m, "m", s % 60, "s");
  if (h < 3) return std::to_string(m) + 'm';
  if (h < 8) return Two(h, "h", m % 60, "m");
  if (h < 48) return std::to_string(h) + 'h';
  if (d < 8) return Two(d, "d", h % 24, "h");
  if (d < 730) return std::to_string(d) + 'd';
  return Two(d / 365, "y", d < 8 * 365 ? d % 365 : 0, "d");
}

std::string AgeText(std::optional<WallTime> since, WallTime now) {
  return since ? AgeText(now - *since) : "<unknown>";
}

}  // namespace windlass::cli
