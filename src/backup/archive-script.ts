// Shell functions that write an archive and read one back: every end of every pipe is carried out and looked at.

/**
 * `--hard-dereference`: a member can be restored alone. Sums and listings are taken in the same pass. Both listings are made
 * by tar itself in the same words, so that they can be compared byte by byte, names with line breaks included.
 */
export const archiveFunctions = `
stream_sum() {
  if command -v openssl >/dev/null 2>&1 && openssl dgst -sha256 -r /dev/null >/dev/null 2>&1
  then openssl dgst -sha256 -r | cut -c 1-64
  else sha256sum | cut -c 1-64
  fi
}
compress() {
  case $1 in
    zstd) zstd -q -T0 -3 -c ;;
    gzip) if command -v pigz >/dev/null 2>&1; then pigz -1 -c; else gzip -1 -c; fi ;;
    none) cat ;;
  esac
}
decompress() {
  case $1 in
    zstd) zstd -q -d -c ;;
    gzip) gzip -d -c ;;
    none) cat ;;
  esac
}
ended_well() {
  for end; do
    [ "$(cat -- "$end" 2>/dev/null)" = 0 ] || return 1
  done
}
tar_words='--numeric-owner --full-time --quoting-style=escape'
# $1 root, $2 list, $3 archive, $4 compression, $5 directory for what is learned: index, sum, said, tar.end
write_archive() {
  rm -f -- "$5"/*.end "$5/copy" "$5/sum" "$5/index"
  mkfifo -- "$5/copy" || return 1
  stream_sum <"$5/copy" >"$5/sum" &
  summing=$!
  { (cd -P -- "$1" && exec tar $attributes $tar_words --null --verbatim-files-from --no-recursion --format=posix --sparse --hard-dereference --index-file="$5/index" -cvvf - -T "$2") 2>"$5/said"; echo $? >"$5/tar.end"; } |
    { compress "$4" 2>>"$5/complaints"; echo $? >"$5/compress.end"; } |
    { tee -- "$5/copy" >"$3" 2>>"$5/complaints"; echo $? >"$5/tee.end"; }
  wait "$summing" && [ -s "$5/sum" ] && ended_well "$5/compress.end" "$5/tee.end"
}
# $1 archive, $2 compression, $3 directory for what is learned: read-index, read-sum; $4 bytes it may grow to
read_archive() {
  rm -f -- "$3"/*.end "$3/copy"
  mkfifo -- "$3/copy" || return 1
  stream_sum <"$3/copy" >"$3/read-sum" &
  summing=$!
  { tee -- "$3/copy" <"$1"; echo $? >"$3/tee.end"; } |
    { decompress "$2" 2>>"$3/complaints"; echo $? >"$3/decompress.end"; } | head -c "$4" |
    { tar $attributes $tar_words -tvf - >"$3/read-index" 2>>"$3/complaints"; echo $? >"$3/tar.end"; cat >/dev/null; }
  wait "$summing" && ended_well "$3/tee.end" "$3/decompress.end" "$3/tar.end"
}
`;
