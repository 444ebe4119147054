# SPDX-License-Identifier: GPL-3.0-or-later
# Made by `make man` from the program's own tables.
_yoake() {
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}
    local options='' verbs=''
    case $before in
    --lang) mapfile -t COMPREPLY < <(compgen -W 'ja en' -- "$word"); return ;;
    --store|--output|--backup-folder) mapfile -t COMPREPLY < <(compgen -d -- "$word"); return ;;
    --diary|--columns|--participants|--manifest|--output|--key|--practice|--file) mapfile -t COMPREPLY < <(compgen -f -- "$word"); return ;;
    esac
    if [ "$COMP_CWORD" -eq 1 ]; then
        verbs='review batch manifest merge info convert formats simulate rules init participant plan attendance diary target note consent edit identity lend loans report statement sheet recording import dock devices doctor analyze export check backup restore help'
        options='--help --version'
    else
        case ${COMP_WORDS[1]} in
        review)
            options='--from --to --recipe --set --diary --person --session --columns --width --ascii --zone --lang --store --json --quiet --verbose --no-progress --help'
            ;;
        batch)
            options='--output --recipe --set --jobs --participants --diary --keep-good --manifest --shard --session --epochs --min-nights --min-day-hours --dry-run --max-failures --zone --lang --store --json --quiet --verbose --no-progress --help'
            ;;
        manifest)
            options='--output --jobs --zone --lang --store --json --quiet --verbose --no-progress --help'
            ;;
        merge)
            options='--output --manifest --partial --zone --lang --store --json --quiet --verbose --no-progress --help'
            ;;
        info)
            options='--session --all-sessions --columns --write-ini --zone --lang --store --json --quiet --verbose --no-progress --help'
            ;;
        convert)
            options='--output --calibrated --from --to --session --columns --force --zone --lang --store --json --quiet --verbose --no-progress --help'
            ;;
        formats)
            options='--markdown --zone --lang --store --json --quiet --verbose --no-progress --help'
            ;;
        simulate)
            options='--output --device --days --rate --range --gyro --unpacked --firmware --seed --person --start --nonwear --nonwear-in-bed --restarts --gaps --bad-sectors --clock-drift --calibration-error --device-id --session --subject --two-sessions --header-only --force --zone --lang --store --json --quiet --verbose --no-progress --help'
            ;;
        rules)
            options='--zone --lang --store --json --quiet --verbose --no-progress --help'
            ;;
        init)
            options='--zone --lang --store --json --quiet --verbose --no-progress --help'
            ;;
        participant)
            options='--code --group --csv --keep-good --yes --zone --lang --store --json --quiet --verbose --no-progress --help'
            [ "$COMP_CWORD" -ne 2 ] || verbs='add list show set remove delete'
            ;;
        plan)
            options='--participant --from --stage --days --start --end --commute-min --ready-min --template --months --csv --keep-good --clear --zone --lang --store --json --quiet --verbose --no-progress --help'
            [ "$COMP_CWORD" -ne 2 ] || verbs='add list show set remove'
            ;;
        attendance)
            options='--participant --date --status --csv --keep-good --clear --zone --lang --store --json --quiet --verbose --no-progress --help'
            [ "$COMP_CWORD" -ne 2 ] || verbs='add list show set remove'
            ;;
        diary)
            options='--participant --night --inbed --lights-out --wake --outbed --nap-start --nap-end --off-start --off-end --rested --note --csv --keep-good --clear --zone --lang --store --json --quiet --verbose --no-progress --help'
            [ "$COMP_CWORD" -ne 2 ] || verbs='add list show set remove'
            ;;
        target)
            options='--participant --from --wake --csv --keep-good --clear --zone --lang --store --json --quiet --verbose --no-progress --help'
            [ "$COMP_CWORD" -ne 2 ] || verbs='add list show set remove'
            ;;
        note)
            options='--participant --date --kind --audience --text --csv --keep-good --clear --zone --lang --store --json --quiet --verbose --no-progress --help'
            [ "$COMP_CWORD" -ne 2 ] || verbs='add list show set remove'
            ;;
        consent)
            options='--participant --scope --items --recipient --form --from --until --withdrawn --csv --keep-good --clear --zone --lang --store --json --quiet --verbose --no-progress --help'
            [ "$COMP_CWORD" -ne 2 ] || verbs='add list show set remove'
            ;;
        edit)
            options='--participant --night --field --to --who --reason --withdrawn --csv --keep-good --clear --zone --lang --store --json --quiet --verbose --no-progress --help'
            [ "$COMP_CWORD" -ne 2 ] || verbs='add list show set remove'
            ;;
        identity)
            options='--key --name --kana --contact --note --csv --zone --lang --store --json --quiet --verbose --no-progress --help'
            [ "$COMP_CWORD" -ne 2 ] || verbs='init add list show set remove'
            ;;
        lend)
            options='--participant --from --to --rate --range --gyro --site --wiped --practice --zone --lang --store --json --quiet --verbose --no-progress --help'
            ;;
        loans)
            options='--participant --device --from --to --returned --at --csv --keep-good --clear --zone --lang --store --json --quiet --verbose --no-progress --help'
            [ "$COMP_CWORD" -ne 2 ] || verbs='add list show set remove'
            ;;
        report)
            options='--output --copy --date --from --to --recipient --density --axis --dpi --zone --lang --store --json --quiet --verbose --no-progress --help'
            ;;
        statement)
            options='--text --file --who --reason --copy --date --from --to --zone --lang --store --json --quiet --verbose --no-progress --help'
            [ "$COMP_CWORD" -ne 2 ] || verbs='list show set remove'
            ;;
        sheet)
            options='--output --date --participant --from --axis --all --each --dpi --zone --lang --store --json --quiet --verbose --no-progress --help'
            [ "$COMP_CWORD" -ne 2 ] || verbs='conference diary poster quality'
            ;;
        recording)
            options='--reason --zone --lang --store --json --quiet --verbose --no-progress --help'
            [ "$COMP_CWORD" -ne 2 ] || verbs='list show assign exclude include'
            ;;
        import)
            options='--participant --recipe --set --zone --lang --store --json --quiet --verbose --no-progress --help'
            ;;
        dock)
            options='--once --participant --practice --speed --folder --unfinished --backup-folder --recipe --set --zone --lang --store --json --quiet --verbose --no-progress --help'
            ;;
        devices)
            options='--practice --zone --lang --store --json --quiet --verbose --no-progress --help'
            ;;
        doctor)
            options='--backup-folder --zone --lang --store --json --quiet --verbose --no-progress --help'
            ;;
        analyze)
            options='--recipe --set --zone --lang --store --json --quiet --verbose --no-progress --help'
            ;;
        export)
            options='--output --date --recipient --shift-weeks --originals --zone --lang --store --json --quiet --verbose --no-progress --help'
            ;;
        check)
            options='--zone --lang --store --json --quiet --verbose --no-progress --help'
            ;;
        backup)
            options='--output --zone --lang --store --json --quiet --verbose --no-progress --help'
            ;;
        restore)
            options='--zone --lang --store --json --quiet --verbose --no-progress --help'
            ;;
        help)
            options=' --zone --lang --store --json --quiet --verbose --no-progress --help'
            ;;
        esac
    fi
    case $word in
    -*) mapfile -t COMPREPLY < <(compgen -W "$options" -- "$word") ;;
    *) mapfile -t COMPREPLY < <(compgen -W "$verbs" -- "$word")
       [ -n "$verbs" ] || mapfile -t COMPREPLY < <(compgen -f -- "$word") ;;
    esac
}
complete -o filenames -F _yoake yoake
