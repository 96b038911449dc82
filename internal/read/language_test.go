package read_test

import (
	"strings"
	"testing"

	"github.com/cordon-engine/cordon/internal/document"
	"github.com/cordon-engine/cordon/internal/read"
	"github.com/cordon-engine/cordon/internal/when"
)

// languageSamples are a paragraph each of our own, by the code of the language.
var languageSamples = map[string]string{
	"en": "The ministry said on Monday that it had not renewed the permits of the workers, and that they would leave in the spring.",
	"pl": "Ministerstwo poinformowało, że w ubiegłym roku nie wydano pozwoleń na pracę dla obywateli tego państwa, a wcześniejsze zostały cofnięte.",
	"de": "Das Ministerium teilte mit, dass im vergangenen Jahr keine neuen Genehmigungen für Arbeiter aus dem Land erteilt wurden.",
	"es": "El ministerio informó de que el año pasado no se concedieron permisos de trabajo a los ciudadanos de este país.",
	"fr": "Le ministère a indiqué que les permis de travail des ouvriers n'ont pas été renouvelés et que ceux-ci quitteront le pays.",
	"it": "Il ministero ha detto che i permessi di lavoro non sono stati rinnovati e che gli operai lasceranno il paese.",
	"pt": "O ministério informou que no ano passado não foram concedidas licenças de trabalho aos cidadãos desse país.",
	"nl": "Het ministerie zei dat de vergunningen van de arbeiders niet werden verlengd en dat zij het land in het voorjaar verlaten.",
	"sv": "Ministeriet sade att arbetarnas tillstånd inte har förlängts och att de ska lämna landet efter sommaren.",
	"cs": "Ministerstvo uvedlo, že v loňském roce nebyla povolení pro dělníky prodloužena a že se vrátí do své země.",
	"tr": "Bakanlık, işçilerin izinlerinin yenilenmediğini ve bu yıl ülkeden ayrılacaklarını, daha sonra bir açıklama yapılacağını bildirdi.",
	"id": "Kementerian mengatakan bahwa izin kerja para buruh itu tidak diperpanjang dan mereka akan meninggalkan negara ini.",
	"ru": "Министерство сообщило, что разрешения на работу не были продлены и что рабочие покинут страну весной.",
	"uk": "Міністерство повідомило, що дозволи на роботу не було продовжено і що робітники залишать країну навесні.",
	"zh": "外交部发言人表示，中方一贯全面、严格执行安理会决议。有关报道不符合事实。",
	"ja": "外務省は、昨年は労働者の許可を更新しなかったと発表した。",
	"ko": "외교부는 지난해 노동자들의 허가를 갱신하지 않았다고 밝혔다.",
	"ar": "قالت الوزارة إن تصاريح العمل لم تجدد هذا العام وإن العمال سيغادرون البلاد.",
}

// TestLanguages holds that a text in each language is told for what it is, and that nothing is claimed from what is not read.
func TestLanguages(t *testing.T) {
	r := reader(t)
	for code, text := range languageSamples {
		res := readText(t, r, text)
		switch {
		case code == read.English:
			if len(res.Other) != 0 || res.Unread() != "" || len(res.Claims) == 0 {
				t.Errorf("English: %+v, %d claims", res.Other, len(res.Claims))
			}
		case len(res.Other) != 1 || res.Other[0].Code != code:
			t.Errorf("%s looks to be %+v", code, res.Other)
		case len(res.Claims) != 0 || !strings.Contains(res.Unread(), "This text looks "+res.Other[0].Name):
			t.Errorf("%s: %d claims, says %q", code, len(res.Claims), res.Unread())
		}
	}
}

// TestMixedLanguages holds that a document in two languages is read by paragraphs, that a heading goes with the text, and that every
// sentence is in one of the counts.
func TestMixedLanguages(t *testing.T) {
	r := reader(t)
	text := "Work permits\n\nPeru hired 40 Cuban workers on 2 June 2017. The mine is old.\n\n" + languageSamples["pl"] + "\n\nWarszawa\n\n" +
		"The ministry of Peru denied that it had hired them.\n\n" + languageSamples["zh"] + "\n\n" + strings.Repeat("x", read.MaxSentence+1) + "."
	res := readText(t, r, text)
	if len(res.Claims) != 3 {
		t.Errorf("%d claims", len(res.Claims))
	}
	if len(res.Other) != 2 || res.Other[0].Code != "zh" || res.Other[0].Sentences != 2 || res.Other[1].Code != "pl" || res.Other[1].Sentences != 1 {
		t.Errorf("%+v", res.Other)
	}
	if !strings.HasPrefix(res.Unread(), "A part of this text looks Chinese, Polish") {
		t.Error(res.Unread())
	}
	v := res.Coverage
	if v.Foreign != 3 || v.TooLong != 1 || v.Claiming != 3 || v.Sentences != v.Claiming+v.Silent+v.TooLong+v.Foreign || v.Sentences != 9 {
		t.Errorf("%+v", v)
	}
}

// TestLanguageOfNames holds that names, codes and headings in English text are not taken for another language.
func TestLanguageOfNames(t *testing.T) {
	r := reader(t)
	for _, s := range []string{
		"Peru sells.", "Banco de la Nación", "S/2019/691", "IMO 9074729", "La Paz, El Alto and Los Andes were named by the Panel.",
		"Compañía de Navegación del Sur said that the ship was in the port of Vigo.",
	} {
		if res := readText(t, r, s+"\n\nThe ship was in the port and it was not seen again."); len(res.Other) != 0 {
			t.Errorf("%q looks to be %+v", s, res.Other)
		}
	}
}

func readText(t *testing.T, r *read.Reader, text string) *read.Result {
	t.Helper()
	d, err := document.Read("a.txt", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	res, err := r.Read(d, read.Options{Day: when.Date(2019, 9, 20)})
	if err != nil {
		t.Fatal(err)
	}
	return res
}
