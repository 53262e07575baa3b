// A source file as the tidy rules see it: its lines, and its lines without comments and literals.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace windlass::tidy {

struct Source {
  std::string path;  // from the root of the repository, with forward slashes
  std::vector<std::string> lines;
  // The same lines; in C++ files without comments and with every string and character literal
  // emptied, so that a word in a comment or in a message is not taken for code.
  std::vector<std::string> code;
};

Source MakeSource(std::string path, std::string_view text);

// Every text file of the repository: C++, Go, CMake, shell, make, Markdown, YAML, JSON, and
// plain text. Build
// folders and .git are not looked into.
std::vector<Source> ReadTree(const std::filesystem::path& root);

// By name: what is compiled as C++, and what is a header.
bool IsCpp(std::string_view path);
bool IsHeader(std::string_view path);

struct Include {
  std::string path;
  bool quoted = false;
};

// The file that a line includes, lines from 0; path "" when it includes none.
Include IncludeOf(const Source& source, size_t line);

}  // namespace windlass::tidy
