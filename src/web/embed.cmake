# Writes a C++ source that holds all files below a folder, for FindAsset.
#   cmake -DFOLDER=src/web/assets -DOUTPUT=assets_data.cc -P embed.cmake
cmake_minimum_required(VERSION 3.25)

set(types html "text/html\; charset=utf-8" js "text/javascript\; charset=utf-8"
  css "text/css\; charset=utf-8" svg image/svg+xml png image/png ico image/x-icon
  json application/json webmanifest application/manifest+json woff2 font/woff2
  txt "text/plain\; charset=utf-8" map application/json)

function(type_of file output)
  cmake_path(GET file EXTENSION LAST_ONLY extension)
  string(SUBSTRING "${extension}" 1 -1 extension)
  list(FIND types "${extension}" place)
  if(place EQUAL -1)
    message(FATAL_ERROR "${file}: say in embed.cmake what type a .${extension} is of")
  endif()
  math(EXPR place "${place} + 1")
  list(GET types ${place} type)
  set(${output} "${type}" PARENT_SCOPE)
endfunction()

file(GLOB_RECURSE files LIST_DIRECTORIES false RELATIVE "${FOLDER}" "${FOLDER}/*")
list(SORT files)
set(data "")
set(table "")
set(number 0)
foreach(file IN LISTS files)
  type_of("${file}" type)
  file(SHA256 "${FOLDER}/${file}" hash)
  string(SUBSTRING "${hash}" 0 16 tag)
  file(READ "${FOLDER}/${file}" hex HEX)
  string(REGEX REPLACE "(..)" "0x\\1," bytes "${hex}")
  string(APPEND data "constexpr unsigned char kFile${number}[] = {${bytes}0};\n")
  string(APPEND table "    {\"/${file}\", \"${type}\", \"\\\"${tag}\\\"\", ViewOf(kFile${number})},\n")
  math(EXPR number "${number} + 1")
endforeach()

file(WRITE "${OUTPUT}" "// Made by embed.cmake.
#include <iterator>

#include \"web/assets.h\"

namespace hypnos {
namespace {

${data}
// Without the zero at the end, which is there so that no array is empty.
template <size_t size>
std::string_view ViewOf(const unsigned char (&bytes)[size]) {
  return {reinterpret_cast<const char*>(bytes), size - 1};
}

}  // namespace

std::span<const Asset> Assets() {
  static const Asset assets[] = {
${table}  };
  return assets;
}

}  // namespace hypnos
")
