#include "hypnos/sources/source_place.h"

#include <utility>

#include "hypnos/base/format.h"

namespace hypnos {
namespace {

constexpr size_t kMostColumns = 1 << 15;

}  // namespace

void SeriesHead::ExchangeState(StateArchive& archive) {
  const size_t count = archive.Count("columns", columns.size(), kMostColumns);
  if (archive.loading()) columns.resize(count);
  for (size_t i = 0; i < columns.size(); ++i) archive.Text(Format("columns.{}", i), columns[i]);
  archive.Text("time_column", time_column);
  archive.Text("header", header);
  archive.Number("header_line", header_line);
}

void FilePlace::ExchangeState(StateArchive& archive) {
  archive.Number("offset", offset);
  archive.Number("line", line);
  archive.Number("head", head);
  archive.Number("tail", tail);
  if (offset < 0 || line < 1) archive.Refuse("offset", "is no place of a file");
}

void SourcePlace::Exchange(StateArchive& archive, std::shared_ptr<const SourcePlace>* place) {
  bool is_there = *place != nullptr;
  if (archive.loading() && !archive.SavedShape("is_there")) return place->reset();
  archive.Number("is_there", is_there);
  if (!is_there) return place->reset();
  SourcePlace saved = *place != nullptr ? **place : SourcePlace();
  SeriesHead head = saved.series != nullptr ? *saved.series : SeriesHead();
  FilePlace file = saved.file.value_or(FilePlace());
  bool is_series = saved.series != nullptr;
  bool is_file = saved.file.has_value();
  archive.Number("is_series", is_series);
  archive.Number("is_file", is_file);
  archive.Number("index", saved.index);
  if (is_series) {
    const StateArchive::Scope scope(archive, "series");
    head.ExchangeState(archive);
    saved.clock.ExchangeState(archive);
  }
  if (is_file) {
    const StateArchive::Scope scope(archive, "file");
    file.ExchangeState(archive);
  }
  if (saved.index < 0) archive.Refuse("index", "is negative");
  if (!archive.loading()) return;
  if (is_series) saved.series = std::make_shared<const SeriesHead>(std::move(head));
  if (is_file) saved.file = file;
  *place = std::make_shared<const SourcePlace>(std::move(saved));
}

}  // namespace hypnos
